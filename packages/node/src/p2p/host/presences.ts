import {
  dialAddresses,
  type PeerFacts,
  type PeerPresence,
  type PeerState,
  type PresenceEffect,
  type PresenceEvent,
  presenceOf,
  stepPresence
} from '@unhosted/core/presence'
import type { PeersStore } from '../peers-store.ts'

export interface PresencesOptions {
  readonly peersStore: Pick<PeersStore, 'all' | 'get' | 'wasUnpaired'>
  /** Whether a connection to the peer is open. */
  readonly isConnected: (peerId: string) => boolean
  /** Carries out one effect; must not throw. */
  readonly perform: (peerId: string, effect: PresenceEffect) => void
}

/** What is known of every peer: holds the states of the reducer in core/presence, and has its effects carried out. */
export class Presences {
  readonly #options: PresencesOptions
  readonly #states = new Map<string, PeerState>()

  constructor(options: PresencesOptions) {
    this.#options = options
  }

  /** The state is replaced first, so that an effect may cause the next event. */
  dispatch(peerId: string, event: PresenceEvent): void {
    const { state, effects } = stepPresence(this.state(peerId), event, this.#facts(peerId))
    if (state === null) this.#states.delete(peerId)
    else this.#states.set(peerId, state)
    for (const effect of effects) this.#options.perform(peerId, effect)
  }

  /** null where nothing is known beside the record. */
  state(peerId: string): PeerState | null {
    return this.#states.get(peerId) ?? null
  }

  /**
   * How a peer stands, whoever it is.
   * @param last what was known of it, where it may be forgotten by now
   */
  presence(peerId: string, last: PeerState | null = null): PeerPresence {
    return presenceOf(peerId, this.state(peerId) ?? last, this.#facts(peerId))
  }

  /** undefined where it is neither paired nor in sight. */
  find(peerId: string): PeerPresence | undefined {
    const isKnown = this.#states.has(peerId) || this.#options.peersStore.get(peerId) !== undefined
    return isKnown ? this.presence(peerId) : undefined
  }

  all(): readonly PeerPresence[] {
    const paired = this.#options.peersStore.all().map(({ peerId }) => peerId)
    return [...new Set([...paired, ...this.#states.keys()])].map((peerId) => this.presence(peerId))
  }

  /** Those whose state is so. */
  where(condition: (state: PeerState) => boolean): readonly string[] {
    return [...this.#states].filter(([, state]) => condition(state)).map(([peerId]) => peerId)
  }

  /** Multiaddrs at which to dial the peer. */
  addresses(peerId: string): readonly string[] {
    return dialAddresses(this.state(peerId), this.#options.peersStore.get(peerId) ?? null)
  }

  #facts(peerId: string): PeerFacts {
    const { peersStore, isConnected } = this.#options
    return {
      record: peersStore.get(peerId) ?? null,
      wasUnpaired: peersStore.wasUnpaired(peerId),
      connected: isConnected(peerId)
    }
  }
}
