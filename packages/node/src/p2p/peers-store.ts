import { BaseError } from '@unhosted/core/errors'
import { type PeerRecord, peerRecordSchema } from '@unhosted/core/peers'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../store/index.ts'

/** Most machines one home can be paired with. */
const maxPeers = 256
/** Unpairings remembered, so that a peer that was away then is told when it comes back. */
const maxUnpaired = 256

const fileSchema = z.strictObject({
  version: z.literal(1),
  peers: z.array(peerRecordSchema).max(maxPeers),
  unpaired: z.array(z.string().max(128)).max(maxUnpaired)
})
type File = z.infer<typeof fileSchema>

/** Paired peers, in memory and in peers.json (0600); memory changes only once the file has. */
export interface PeersStore {
  all(): readonly PeerRecord[]
  get(peerId: string): PeerRecord | undefined
  /** Whether the peer was paired once and has not yet been told that it no longer is. */
  wasUnpaired(peerId: string): boolean
  /** Adds or replaces. @throws BaseError DISK_FULL | HOME_UNUSABLE | USAGE (too many) */
  put(record: PeerRecord): Promise<void>
  /** Changes a record that is there when its turn comes; one that was removed meanwhile stays away. @throws as put */
  update(peerId: string, next: (record: PeerRecord) => PeerRecord): Promise<void>
  /** @returns what was removed. */
  remove(peerId: string, options: { readonly remember: boolean }): Promise<PeerRecord | undefined>
  /** The peer has been told. */
  forgetUnpaired(peerId: string): Promise<void>
}

/** @throws BaseError HOME_CORRUPT | HOME_UNUSABLE */
export async function openPeersStore(path: string): Promise<PeersStore> {
  let file: File = await readJsonFile(path, fileSchema, { version: 1, peers: [], unpaired: [] })
  let queue: Promise<unknown> = Promise.resolve()

  const change = <T>(next: (file: File) => { file: File; result: T }): Promise<T> => {
    const done = queue.then(async () => {
      const { file: changed, result } = next(file)
      if (changed !== file) await writeJsonFile(path, changed)
      file = changed
      return result
    })
    queue = done.catch(() => undefined)
    return done
  }

  return {
    all: () => file.peers,
    get: (peerId) => file.peers.find((peer) => peer.peerId === peerId),
    wasUnpaired: (peerId) => file.unpaired.includes(peerId),
    put: (record) =>
      change((current) => {
        const others = current.peers.filter((peer) => peer.peerId !== record.peerId)
        if (others.length >= maxPeers) throw tooMany()
        const unpaired = current.unpaired.filter((peerId) => peerId !== record.peerId)
        return { file: { ...current, peers: [...others, record], unpaired }, result: undefined }
      }),
    update: (peerId, next) =>
      change((current) => {
        if (!current.peers.some((peer) => peer.peerId === peerId)) return { file: current, result: undefined }
        const peers = current.peers.map((peer) => (peer.peerId === peerId ? next(peer) : peer))
        return { file: { ...current, peers }, result: undefined }
      }),
    remove: (peerId, { remember }) =>
      change((current) => {
        const found = current.peers.find((peer) => peer.peerId === peerId)
        if (found === undefined) return { file: current, result: undefined }
        const peers = current.peers.filter((peer) => peer !== found)
        const unpaired = remember ? [...current.unpaired, peerId].slice(-maxUnpaired) : current.unpaired
        return { file: { ...current, peers, unpaired }, result: found }
      }),
    forgetUnpaired: (peerId) =>
      change((current) => {
        if (!current.unpaired.includes(peerId)) return { file: current, result: undefined }
        const unpaired = current.unpaired.filter((other) => other !== peerId)
        return { file: { ...current, unpaired }, result: undefined }
      })
  }
}

function tooMany(): BaseError {
  return new BaseError('USAGE', `This machine is already paired with ${maxPeers} others.`, {
    advice: 'Unpair one first: unhosted unpair PEER.'
  })
}
