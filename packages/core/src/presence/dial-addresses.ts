import type { PeerRecord } from '../facts/peers/index.ts'
import type { PeerState } from './peer-state.ts'

/** Addresses of one peer that are kept and dialled. */
export const maxPeerAddresses = 16

/**
 * Multiaddrs at which to dial a peer, at most maxPeerAddresses, most recent source first. Sighted ones fill no more than
 * half: anyone can announce them, and they must not push out what the peer itself said.
 */
export function dialAddresses(state: PeerState | null, record: PeerRecord | null): readonly string[] {
  const sighted = (state?.sightedAddresses ?? []).slice(0, maxPeerAddresses / 2)
  const all = [...sighted, ...(state?.toldAddresses ?? []), ...(record?.addresses ?? [])]
  return [...new Set(all)].slice(0, maxPeerAddresses)
}
