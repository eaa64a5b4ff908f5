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

/**
 * One write at a time for each peer, of the latest it said: however often it says so, nothing piles up. What it says
 * while its record is being written is written next.
 */
export function createRecordWriter(options: {
  readonly peersStore: Pick<PeersStore, 'update'>
  readonly log: Log
}): RecordWriter {
  const { peersStore, log } = options
  /** What is to be written, of peers whose record is being written. */
  const latest = new Map<string, PeerWords>()
  const write = async (peerId: string): Promise<void> => {
    let written: PeerWords | undefined
    try {
      for (let next = latest.get(peerId); next !== undefined && next !== written; next = latest.get(peerId)) {
        const waiting = next
        written = waiting
        await peersStore.update(peerId, (record) => {
          written = latest.get(peerId) ?? waiting
          return { ...record, name: written.name, addresses: [...written.addresses] }
        })
      }
    } catch (error) {
      log.warn({ error: String(error) }, 'could not keep a peer’s addresses')
    } finally {
      latest.delete(peerId)
    }
  }
  return {
    save: (peerId, words) => {
      const isWriting = latest.has(peerId)
      latest.set(peerId, words)
      if (!isWriting) void write(peerId)
    }
  }
}
