import { isStartable, type PeerDiscovery, type PeerInfo } from '@libp2p/interface'
import { type MulticastDNSComponents, mdns } from '@libp2p/mdns'
import type { Log } from '../log/index.ts'
import { announceable, isLocalNetwork, isLoopback } from './addresses.ts'
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

/** A machine that was heard of. Anyone can make it up: it only says where to dial. */
export interface Heard {
  readonly peerId: string
  /** Multiaddrs without the peer id. */
  readonly addresses: readonly string[]
}

export interface Discovery {
  /** For libp2p's `peerDiscovery`; it starts and stops with the node. */
  readonly component: (components: MulticastDNSComponents) => PeerDiscovery
  /** Report what is heard from now on, and what was heard before. */
  start(): void
  /** Idempotent. */
  stop(): void
  /** A machine told where it is by other means than multicast. */
  note(heard: Heard): void
  /** Address of another running machine with our identity; null where there is none. */
  duplicateAt(): string | null
}

export interface DiscoveryOptions {
  readonly peerId: string
  /** Own multiaddrs, without the peer id. */
  readonly addresses: () => readonly string[]
  /** Machines that are kept in sight whatever else is heard: those that are connected. */
  readonly isConnected: (peerId: string) => boolean
  readonly onSeen: (heard: Heard) => void
  readonly onLost: (peerId: string) => void
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
  /** Oldest first. */
  readonly #sights = new Map<string, Sight>()
  #timer: NodeJS.Timeout | null = null
  #fuse: MdnsFuse | null = null
  #duplicate: { readonly at: string; readonly when: number } | null = null
  #second = { began: 0, strangers: 0 }

  constructor(options: DiscoveryOptions) {
    this.#options = options
  }

  readonly component = (components: MulticastDNSComponents): PeerDiscovery => {
    const service = mdns({ serviceTag, interval: intervalMs, port: this.#options.port })(components)
    service.addEventListener('peer', (event) => {
      // libp2p, which listens after us, would drop our own id, which is news here, and keep all others for ever.
      event.stopImmediatePropagation()
      this.#hear(event.detail)
    })
    if (isStartable(service)) this.#fuse = createMdnsFuse(service, this.#options.log)
    return service
  }

  start(): void {
    this.#timer = setInterval(() => this.#expire(), expireMs)
    this.#timer.unref()
    this.#fuse?.arm()
    for (const peerId of this.#sights.keys()) this.#report(peerId)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#fuse?.stop()
  }

  note({ peerId, addresses }: Heard): void {
    const usable = announceable(addresses.filter(isLocalNetwork))
    if (peerId === this.#options.peerId || usable.length === 0) return
    const sight = this.#sights.get(peerId) ?? this.#take()
    if (sight === null) return
    const now = performance.now()
    sight.heardAt = now
    for (const address of usable) {
      sight.addresses.delete(address)
      sight.addresses.set(address, now)
    }
    for (const address of [...sight.addresses.keys()].slice(0, -maxAddresses)) sight.addresses.delete(address)
    this.#sights.delete(peerId)
    this.#sights.set(peerId, sight)
    if (this.#timer !== null) this.#report(peerId)
    this.#makeRoom()
  }

  duplicateAt(): string | null {
    const duplicate = this.#duplicate
    return duplicate !== null && performance.now() - duplicate.when < duplicateMs ? duplicate.at : null
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
    this.#duplicate = { at, when: performance.now() }
  }

  #take(): Sight | null {
    const now = performance.now()
    if (now - this.#second.began >= 1000) this.#second = { began: now, strangers: 0 }
    this.#second.strangers += 1
    return this.#second.strangers > maxNewPerSecond ? null : { heardAt: now, addresses: new Map() }
  }

  #report(peerId: string): void {
    const addresses = [...(this.#sights.get(peerId)?.addresses.keys() ?? [])]
    // Sorted first, so that the same addresses are the same list whatever order they came in.
    this.#options.onSeen({ peerId, addresses: announceable(addresses.sort()) })
  }

  #makeRoom(): void {
    if (this.#sights.size <= maxSightings) return
    const oldest = [...this.#sights.keys()].find((peerId) => !this.#options.isConnected(peerId))
    if (oldest !== undefined) this.#lose(oldest)
  }

  #expire(): void {
    const now = performance.now()
    for (const [peerId, sight] of this.#sights) {
      for (const [address, heardAt] of sight.addresses) if (now - heardAt > sightMs) sight.addresses.delete(address)
      if (now - sight.heardAt > sightMs && !this.#options.isConnected(peerId)) this.#lose(peerId)
    }
  }

  #lose(peerId: string): void {
    if (this.#sights.delete(peerId)) this.#options.onLost(peerId)
  }
}
