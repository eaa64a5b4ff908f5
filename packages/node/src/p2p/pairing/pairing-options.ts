import type { Clock } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'
import type { ManagedPeerHost } from '../host/peer-host.ts'
import type { PeersStore } from '../peers-store.ts'
import type { Greeter } from './greeting.ts'
import type { InvitesStore } from './invites-store.ts'
import type { OngoingPairings } from './ongoing-pairings.ts'

/** What an exchange of invites needs. */
export interface InviteExchangeOptions {
  readonly host: ManagedPeerHost
  readonly peersStore: PeersStore
  readonly invitesStore: InvitesStore
  readonly clock: Clock
  readonly log: Log
}

export interface PairingOptions extends InviteExchangeOptions {
  /** Told of each pairing while it is under way. */
  readonly ongoing: OngoingPairings
  /** Answers machines that ask who is here and do not want to pair. */
  readonly greeter: Greeter
  /** Port of an address that names none. */
  readonly defaultPort: number
}
