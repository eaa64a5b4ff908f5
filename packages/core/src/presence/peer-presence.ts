import type { Link } from '../facts/inventory/index.ts'
import type { PeerRecord } from '../facts/peers/index.ts'
import { dialAddresses } from './dial-addresses.ts'
import { isSeen, type PeerFacts, type PeerState } from './peer-state.ts'

/** How a peer stands to this machine now. */
export interface PeerPresence {
  readonly peerId: string
  /** Name it announces; its id's last characters until it has. */
  readonly name: string
  readonly record: PeerRecord | null
  readonly state: 'connected' | 'seen' | 'offline'
  readonly addresses: readonly string[]
  readonly link: Link | null
}

/** @param state null where nothing is known */
export function presenceOf(peerId: string, state: PeerState | null, facts: PeerFacts): PeerPresence {
  const { record } = facts
  const linked = record !== null && state?.linked === true
  return {
    peerId,
    name: state?.name ?? record?.name ?? peerId.slice(-8),
    record,
    state: linked ? 'connected' : isSeen(state, facts) ? 'seen' : 'offline',
    addresses: dialAddresses(state, record),
    link: linked ? state.link : null
  }
}
