import { isStartable, type PeerDiscovery, type PeerInfo } from '@libp2p/interface'
import { type MulticastDNSComponents, mdns } from '@libp2p/mdns'
import { type Clock, createEmitter } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'
import { announceable, isLocalNetwork, isLoopback, type Sighting } from '../streams/addresses.ts'
import { createMdnsFuse, type MdnsFuse } from './mdns-fuse.ts'

/** DNS-SD name that machines ask for. */
export const serviceTag = '_unhosted._udp.local'
/** UDP port of multicast DNS. */
export const mdnsPort = 5353
/** Every machine asks this often, and all answer. */
const intervalMs = 5000
/** A machine that was not heard for this long is out of sight: two rounds of answers were lost. */
const sightMs = 2.5 * intervalMs
const expireMs = 1000
const maxSightings = 256
/** Addresses of one machine, of its own words and of liars' together. */
const maxAddresses = 8
/** Machines not in sight before that are taken in within a second; more at a time are nobody's network. */
const maxNewPerSecond = 32
const duplicateMs = 60_000

export interface Discovery {
  /** For libp2p's `peerDiscovery`; it starts and stops with the node. */
  readonly component: (components: MulticastDNSComponents) => PeerDiscovery
  /** Report what is heard from now on, and what was heard before. */
  start(): void
  /** Idempotent. */
  stop(): void
  /** @returns a function that removes the listener. */
  on<K extends keyof DiscoveryEvents>(event: K, listener: (payload: DiscoveryEvents[K]) => void): () => void
  /** A machine told where it is by other means than multicast. */
  note(sighting: Sighting): void
  /** Address of another running machine with our identity; null where there is none. */
  duplicateAt(): string | null
}

interface DiscoveryEvents {
  /** A machine was heard of, or heard of again. */
  readonly sighted: Sighting
  /** A machine has not been heard of for long. */
  readonly 'out-of-sight': { readonly peerId: string }
}

export interface DiscoveryOptions {
  readonly peerId: string
  /** Own multiaddrs, without the peer id. */
  readonly addresses: () => readonly string[]
  /** Machines that are kept in sight whatever else is heard: those that are connected. */
  readonly isConnected: (peerId: string) => boolean
  readonly clock: Clock
  readonly log: Log
  /** UDP port. */
  readonly port: number
}

/** Machines on this network, by @libp2p/mdns: who answers is in sight until it has not answered for long. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  return new MdnsDiscovery(options)
}

interface Sight {
  heardAt: number
  /** When each was last heard. */
  readonly addresses: Map<string, number>
}

class MdnsDiscovery implements Discovery {
  readonly #options: DiscoveryOptions
  readonly #events
  /** Oldest first. */
  readonly #sights = new Map<string, Sight>()
  #stopExpiring: (() => void) | null = null
  #fuse: MdnsFuse | null = null
  #duplicate: { readonly at: string; readonly when: number } | null = null
  #second = { began: 0, strangers: 0 }

  constructor(options: DiscoveryOptions) {
    this.#options = options
    this.#events = createEmitter<DiscoveryEvents>(options.log)
  }

  readonly component = (components: MulticastDNSComponents): PeerDiscovery => {
    const service = mdns({ serviceTag, interval: intervalMs, port: this.#options.port })(components)
    service.addEventListener('peer', (event) => {
      // libp2p, which listens after us, would drop our own id, which is news here, and keep all others for ever.
      event.stopImmediatePropagation()
      this.#hear(event.detail)
    })
    if (isStartable(service))
      this.#fuse = createMdnsFuse({ service, clock: this.#options.clock, log: this.#options.log })
    return service
  }

  start(): void {
    this.#stopExpiring = this.#options.clock.every(expireMs, () => this.#expire())
    this.#fuse?.arm()
    for (const peerId of this.#sights.keys()) this.#report(peerId)
  }

  stop(): void {
    this.#stopExpiring?.()
    this.#stopExpiring = null
    this.#fuse?.stop()
  }

  on<K extends keyof DiscoveryEvents>(event: K, listener: (payload: DiscoveryEvents[K]) => void): () => void {
    return this.#events.on(event, listener)
  }

  note({ peerId, addresses }: Sighting): void {
    const usable = announceable(addresses.filter(isLocalNetwork))
    if (peerId === this.#options.peerId || usable.length === 0) return
    const sight = this.#sights.get(peerId) ?? this.#take()
    if (sight === null) return
    const now = this.#options.clock.elapsed()
    sight.heardAt = now
    for (const address of usable) {
      sight.addresses.delete(address)
      sight.addresses.set(address, now)
    }
    for (const address of [...sight.addresses.keys()].slice(0, -maxAddresses)) sight.addresses.delete(address)
    this.#sights.delete(peerId)
    this.#sights.set(peerId, sight)
    if (this.#stopExpiring !== null) this.#report(peerId)
    this.#makeRoom()
  }

  duplicateAt(): string | null {
    const duplicate = this.#duplicate
    return duplicate !== null && this.#options.clock.elapsed() - duplicate.when < duplicateMs ? duplicate.at : null
  }

  #hear({ id, multiaddrs }: PeerInfo): void {
    const peerId = id.toString()
    const addresses = multiaddrs.map((address) => address.toString().replace(/\/p2p\/[^/]+$/, ''))
    if (peerId === this.#options.peerId) this.#noteDuplicate(addresses)
    else this.note({ peerId, addresses })
  }

  /** @libp2p/mdns leaves out what this very process announces: whoever has our id from elsewhere is another. */
  #noteDuplicate(addresses: readonly string[]): void {
    const own = new Set(this.#options.addresses())
    const foreign = addresses.filter((address) => !own.has(address))
    const address = foreign.find((other) => !isLoopback(other)) ?? foreign[0]
    const at = address?.split('/')[2]
    if (at === undefined) return
    if (this.duplicateAt() === null) this.#options.log.warn({ address: at }, 'another machine has our identity')
    this.#duplicate = { at, when: this.#options.clock.elapsed() }
  }

  #take(): Sight | null {
    const now = this.#options.clock.elapsed()
    if (now - this.#second.began >= 1000) this.#second = { began: now, strangers: 0 }
    this.#second.strangers += 1
    return this.#second.strangers > maxNewPerSecond ? null : { heardAt: now, addresses: new Map() }
  }

  #report(peerId: string): void {
    const addresses = [...(this.#sights.get(peerId)?.addresses.keys() ?? [])]
    // Sorted first, so that the same addresses are the same list whatever order they came in.
    this.#events.emit('sighted', { peerId, addresses: announceable(addresses.sort()) })
  }

  #makeRoom(): void {
    if (this.#sights.size <= maxSightings) return
    const oldest = [...this.#sights.keys()].find((peerId) => !this.#options.isConnected(peerId))
    if (oldest !== undefined) this.#remove(oldest)
  }

  #expire(): void {
    const now = this.#options.clock.elapsed()
    for (const [peerId, sight] of this.#sights) {
      for (const [address, heardAt] of sight.addresses) if (now - heardAt > sightMs) sight.addresses.delete(address)
      if (now - sight.heardAt > sightMs && !this.#options.isConnected(peerId)) this.#remove(peerId)
    }
  }

  #remove(peerId: string): void {
    if (this.#sights.delete(peerId)) this.#events.emit('out-of-sight', { peerId })
  }
}
