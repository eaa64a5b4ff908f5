import { peerIdSchema } from '@unhosted/core/inventory'
import type { Radius } from '@unhosted/core/peers'
import { parseDuration } from '@unhosted/core/units'
import { type Arguments, safeLine, usageError } from '@unhosted/terminal'
import type { CommandContext, Handler } from '../../command/context.ts'
import { pairByDigits } from './by-digits.ts'
import type { options, positionals } from './index.ts'
import { renderInvite } from './render.ts'

const inviteScheme = 'unhosted://'
const defaultRadius: Radius = 'local'

type PairArguments = Arguments<typeof options, typeof positionals>

export const handle: Handler<typeof options, typeof positionals> = async (args, context) => {
  if (args.invite === true) return createInvite(args, context)
  if (args.peer?.startsWith(inviteScheme) === true) return acceptInvite(args.peer, args.radius ?? null, context)
  if (args.yes === true && !isPinned(args)) {
    throw usageError(
      '--yes skips the comparison of digits, which proves that this is the right machine. Name the machine by its full id, or use an invite.'
    )
  }
  if (context.output.json && args.yes !== true) {
    throw usageError(
      '--json cannot ask whether the digits match. Use an invite, or name the other machine by its full id and add --yes.'
    )
  }
  const offer =
    args.peer === undefined && args.address === undefined
      ? null
      : { peer: args.peer ?? null, address: args.address ?? null }
  await pairByDigits({ offer, radius: args.radius ?? defaultRadius, yes: args.yes === true }, context)
}

/** A peer's id is its key, which the connection proves; names and addresses can be anyone's. */
function isPinned({ peer, address }: PairArguments): boolean {
  const id = peer ?? /\/p2p\/([^/]+)$/.exec(address ?? '')?.[1]
  return peerIdSchema.safeParse(id).success
}

async function createInvite(args: PairArguments, { client, output, signal }: CommandContext): Promise<void> {
  if (args.peer !== undefined) throw usageError('--invite takes no peer: any machine can use the invite, once.')
  const expiresInMs = parseDuration(args.expires)
  const invite = await client.createInvite({ radius: args.radius ?? defaultRadius, expiresInMs }, { signal })
  output.result(invite, () => renderInvite(invite, { now: Date.now(), qr: output.live, colours: output.colours }))
}

async function acceptInvite(
  invite: string,
  radius: Radius | null,
  { client, output, signal }: CommandContext
): Promise<void> {
  const paired = await client.acceptInvite({ invite, radius }, { signal })
  output.result({ paired }, () => `Paired with ${safeLine(paired.name)} (${paired.radius}).`)
}
