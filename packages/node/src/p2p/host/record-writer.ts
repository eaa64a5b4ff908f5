import type { Log } from '../../log/index.ts'
import type { PeersStore } from '../peers-store.ts'

/** What a peer says of itself and is stored with its record. */
interface PeerWords {
  readonly name: string
  /** Multiaddrs without the peer id. */
  readonly addresses: readonly string[]
}

/** Stores what paired peers say of themselves. */
export interface RecordWriter {
  /** Store it soon; a failure is logged. */
  save(peerId: string, words: PeerWords): void
}

/** One write at a time for each peer, of the latest it said: however often it says so, nothing piles up. */
export function createRecordWriter(options: {
  readonly peersStore: Pick<PeersStore, 'update'>
  readonly log: Log
}): RecordWriter {
  const { peersStore, log } = options
  /** What is to be written, of peers whose record is being written. */
  const latest = new Map<string, PeerWords>()
  return {
    save: (peerId, words) => {
      const isWriting = latest.has(peerId)
      latest.set(peerId, words)
      if (isWriting) return
      peersStore
        .update(peerId, (record) => {
          const { name, addresses } = latest.get(peerId) ?? words
          return { ...record, name, addresses: [...addresses] }
        })
        .catch((error: unknown) => log.warn({ error: String(error) }, 'could not keep a peer’s addresses'))
        .finally(() => latest.delete(peerId))
    }
  }
}
