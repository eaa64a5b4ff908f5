import type { Link } from '../../facts/inventory/index.ts'
import { defaultGrants, type PeerRecord } from '../../facts/peers/index.ts'
import type { PeerFacts, PeerState } from '../peer-state.ts'

// How a peer may stand, for tests of presence.

export const id = '12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5aa'
export const record: PeerRecord = {
  peerId: id,
  name: 'mini',
  radius: 'local',
  grants: defaultGrants.local,
  addresses: ['/ip4/10.0.0.1/tcp/1'],
  pairedAt: 1
}
export const away: PeerState = {
  name: null,
  toldAddresses: [],
  sightedAddresses: [],
  linked: false,
  link: null,
  impostor: false
}
export const link: Link = { roundTripMs: 1, jitterMs: 0, bytesPerSecond: null, direct: true }
export const measured: Link = { ...link, bytesPerSecond: 1000 }
export const here: PeerState = { ...away, name: 'mini', sightedAddresses: ['/ip4/10.0.0.2/tcp/1'] }
export const linked: PeerState = { ...here, linked: true, link }

export const stranger: PeerFacts = { record: null, wasUnpaired: false, connected: false }
export const visitor: PeerFacts = { ...stranger, connected: true }
export const former: PeerFacts = { ...visitor, wasUnpaired: true }
export const paired: PeerFacts = { record, wasUnpaired: false, connected: false }
export const connected: PeerFacts = { ...paired, connected: true }
