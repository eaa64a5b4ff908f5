import { BaseError } from '@unhosted/core/errors'
import { type Radius, radiusSchema } from '@unhosted/core/peers'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../store/index.ts'

/** Most invites that may be open at a time. */
const maxOpen = 64
/** Used and expired ones are remembered this long, so that the refusal says why. */
const rememberMs = 24 * 3_600_000
const maxEntries = 512

const inviteEntrySchema = z.strictObject({
  /** hashInviteToken of the token, which itself is not kept. */
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  radius: radiusSchema,
  /** Unix time, ms. */
  expiresAt: z.number().int().min(0),
  usedBy: z.string().max(128).nullable()
})
type Entry = Readonly<z.infer<typeof inviteEntrySchema>>

const fileSchema = z.strictObject({ version: z.literal(1), invites: z.array(inviteEntrySchema).max(maxEntries) })

type RedeemResult =
  | { readonly ok: true; readonly radius: Radius }
  | { readonly ok: false; readonly code: 'INVITE_INVALID' | 'INVITE_EXPIRED' | 'INVITE_USED' }

/** Invites that this machine issued, in invites.json (0600). */
export interface InvitesStore {
  /** @throws BaseError USAGE (too many open) | DISK_FULL | HOME_UNUSABLE */
  add(invite: { readonly tokenHash: string; readonly radius: Radius; readonly expiresAt: number }): Promise<void>
  /** Marks it used, on disk, before it answers; of two at once, one wins. */
  redeem(tokenHash: string, peerId: string): Promise<RedeemResult>
}

/**
 * @param now Unix time, ms
 * @throws BaseError HOME_CORRUPT | HOME_UNUSABLE
 */
export async function openInvitesStore(path: string, now: () => number): Promise<InvitesStore> {
  let invites: readonly Entry[] = (await readJsonFile(path, fileSchema, { version: 1, invites: [] })).invites
  let queue: Promise<unknown> = Promise.resolve()

  const serially = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.then(work)
    queue = done.catch(() => undefined)
    return done
  }
  const save = async (next: readonly Entry[]): Promise<void> => {
    const kept = next.filter((entry) => entry.expiresAt + rememberMs > now()).slice(-maxEntries)
    await writeJsonFile(path, { version: 1, invites: kept })
    invites = kept
  }

  return {
    add: (invite) =>
      serially(async () => {
        const open = invites.filter((entry) => entry.usedBy === null && entry.expiresAt > now())
        if (open.length >= maxOpen) throw tooManyOpen()
        await save([...invites, { ...invite, usedBy: null }])
      }),
    redeem: (tokenHash, peerId) =>
      serially(async () => {
        const entry = invites.find((candidate) => candidate.tokenHash === tokenHash)
        if (entry === undefined) return { ok: false, code: 'INVITE_INVALID' }
        if (entry.usedBy !== null) return { ok: false, code: 'INVITE_USED' }
        if (entry.expiresAt <= now()) return { ok: false, code: 'INVITE_EXPIRED' }
        await save(invites.map((other) => (other === entry ? { ...entry, usedBy: peerId } : other)))
        return { ok: true, radius: entry.radius }
      })
  }
}

function tooManyOpen(): BaseError {
  return new BaseError('USAGE', `There are already ${maxOpen} open invites.`, {
    advice: 'Wait until some have expired, or make them with a shorter --expires.'
  })
}
