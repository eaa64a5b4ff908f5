import { createHash } from 'node:crypto'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Hash } from '../deal/index.ts'

/** What stands for a machine in stakes and quotes: SHA-256 of its PeerId's bytes (a multihash). */
export function peerIdHash(peerId: string): Hash {
  return `0x${createHash('sha256').update(peerIdFromString(peerId).toMultihash().bytes).digest('hex')}`
}
