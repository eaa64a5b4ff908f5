import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { Log } from '../log/index.ts'
import { announceable } from './addresses.ts'
import type { Sighting } from './create-peer-host.ts'
import { decodePacket, encodeAnnouncement, encodeQuery } from './discovery-packet.ts'

const group = '224.0.0.251'
/** Interfaces that are used at most; machines with many containers have dozens. */
const maxInterfaces = 16
const maxSightings = 256
/** Senders whose word on one peer is kept: one that lies cannot push the true addresses out. */
const maxSenders = 4
/** After the start: at once, then soon, as RFC 6762 asks for announcements. */
const startupMs = [0, 300, 1000]
const announceMs = 20_000
/** A peer not heard of for this long is out of sight: three announcements were lost. */
const sightMs = 65_000
const interfacesMs = 5000
/** Answers to a query wait a little, so that machines do not all answer at the same instant. */
const answerDelayMs = 100
const duplicateMs = 120_000
/** Packets that are read in one second; a hundred machines send five. The others are dropped unread. */
const maxPacketsPerSecond = 128

/** What discovery saw of the network, for the explanation of an empty list. */
export interface DiscoveryState {
  /** Interfaces that announcements go out on. */
  readonly interfaces: readonly { readonly name: string; readonly address: string }[]
  /** errno codes of failed sends and binds, one per interface name. */
  readonly errors: Readonly<Record<string, string>>
  /** Whether our own announcements come back to us, as multicast must. */
  readonly heardSelf: boolean
  /** Whether any other machine's mDNS traffic was heard. */
  readonly heardOthers: boolean
  /** Address of another running machine with our identity; null where there is none. */
  readonly duplicateAt: string | null
}

export interface Discovery {
  start(): void
  /** Says goodbye, then closes. Idempotent. */
  stop(): Promise<void>
  state(): DiscoveryState
}

export interface DiscoveryOptions {
  readonly peerId: string
  readonly name: string
  readonly addresses: () => readonly string[]
  readonly onSeen: (sighting: Sighting) => void
  readonly onLost: (peerId: string) => void
  readonly log: Log
  /** UDP port; 5353 but for tests. */
  readonly port: number
  /** Random per start: tells our own packets from those of a copy of us. */
  readonly boot: string
}

interface Seen {
  name: string
  heardAt: number
  readonly senders: Map<string, readonly string[]>
}

interface Leg {
  readonly name: string
  readonly address: string
  readonly socket: Socket
}

/** Multicast DNS on every interface: announce this machine, hear of others. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  return new MulticastDiscovery(options)
}

class MulticastDiscovery implements Discovery {
  readonly #options: DiscoveryOptions
  readonly #legs = new Map<string, Leg>()
  readonly #seen = new Map<string, Seen>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #errors: Record<string, string> = {}
  #answering = false
  #stopped = false
  #heardSelf = false
  #heardOthers = false
  #duplicate: { at: string; when: number } | null = null
  #second = { began: 0, packets: 0 }

  constructor(options: DiscoveryOptions) {
    this.#options = options
  }

  start(): void {
    this.#refreshInterfaces()
    for (const delay of startupMs) {
      this.#after(delay, () => {
        this.#announce()
        this.#send(encodeQuery())
      })
    }
    this.#every(interfacesMs, () => {
      this.#refreshInterfaces()
      this.#expire()
    })
    this.#every(announceMs, () => this.#announce())
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    const { peerId, name, boot } = this.#options
    const goodbye = encodeAnnouncement({ peerId, name, boot, addresses: [], goodbye: true })
    await Promise.all(
      [...this.#legs.values()].map(async (leg) => {
        await this.#sendOn(leg, goodbye)
        leg.socket.close()
      })
    )
    this.#legs.clear()
  }

  state(): DiscoveryState {
    const now = performance.now()
    const duplicate = this.#duplicate !== null && now - this.#duplicate.when < duplicateMs ? this.#duplicate.at : null
    return {
      interfaces: [...this.#legs.values()].map(({ name, address }) => ({ name, address })),
      errors: { ...this.#errors },
      heardSelf: this.#heardSelf,
      heardOthers: this.#heardOthers,
      duplicateAt: duplicate
    }
  }

  #refreshInterfaces(): void {
    const present = ipv4Interfaces()
    for (const leg of this.#legs.values()) {
      if (present.some(({ address }) => address === leg.address)) continue
      leg.socket.close()
      this.#legs.delete(leg.address)
    }
    for (const { name, address } of present) if (!this.#legs.has(address)) this.#join(name, address)
  }

  #join(name: string, address: string): void {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    const leg: Leg = { name, address, socket }
    this.#legs.set(address, leg)
    const fail = (error: Error): void => {
      this.#noteError(name, error)
      if (this.#legs.get(address) !== leg) return
      this.#legs.delete(address)
      socket.close()
    }
    socket.on('error', fail)
    socket.on('message', (bytes, { address: sender }) => this.#receive(bytes, sender))
    socket.bind(this.#options.port, '0.0.0.0', () => {
      try {
        socket.setMulticastInterface(address)
        socket.setMulticastTTL(255)
        socket.setMulticastLoopback(true)
        socket.addMembership(group, address)
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)))
        return
      }
      // An interface that has just come up: be seen there at once.
      void this.#sendOn(leg, this.#announcement())
      void this.#sendOn(leg, encodeQuery())
    })
  }

  #receive(bytes: Uint8Array, sender: string): void {
    if (!this.#isOwnAddress(sender)) this.#heardOthers = true
    const packet = this.#mayRead() ? decodePacket(bytes) : null
    if (packet === null) return
    if (packet.type === 'query') {
      this.#answerSoon()
      return
    }
    if (packet.peerId === this.#options.peerId) {
      if (packet.boot === this.#options.boot) this.#heardSelf = true
      else if (!packet.goodbye) this.#noteDuplicate(sender)
      return
    }
    if (packet.goodbye) this.#lose(packet.peerId)
    else this.#note(packet.peerId, packet.name, sender, packet.addresses)
  }

  #mayRead(): boolean {
    const now = performance.now()
    if (now - this.#second.began >= 1000) this.#second = { began: now, packets: 0 }
    this.#second.packets += 1
    return this.#second.packets <= maxPacketsPerSecond
  }

  #note(peerId: string, name: string, sender: string, addresses: readonly string[]): void {
    const seen = this.#seen.get(peerId) ?? { name, heardAt: 0, senders: new Map() }
    if (!this.#seen.has(peerId) && this.#seen.size >= maxSightings) return
    seen.name = name
    seen.heardAt = performance.now()
    seen.senders.delete(sender)
    seen.senders.set(sender, addresses)
    const oldest = seen.senders.keys().next().value
    if (seen.senders.size > maxSenders && oldest !== undefined) seen.senders.delete(oldest)
    this.#seen.set(peerId, seen)
    // Sorted first, so that the same addresses are the same list whoever spoke last.
    this.#options.onSeen({ peerId, name, addresses: announceable([...seen.senders.values()].flat().sort()) })
  }

  #lose(peerId: string): void {
    if (this.#seen.delete(peerId)) this.#options.onLost(peerId)
  }

  #expire(): void {
    const now = performance.now()
    for (const [peerId, { heardAt }] of this.#seen) if (now - heardAt > sightMs) this.#lose(peerId)
  }

  #noteDuplicate(sender: string): void {
    if (this.#duplicate === null) this.#options.log.warn({ address: sender }, 'another machine has our identity')
    this.#duplicate = { at: sender, when: performance.now() }
  }

  #answerSoon(): void {
    if (this.#answering || this.#stopped) return
    this.#answering = true
    this.#after(Math.random() * answerDelayMs, () => {
      this.#answering = false
      this.#announce()
    })
  }

  #announce(): void {
    this.#send(this.#announcement())
  }

  #announcement(): Uint8Array {
    const { peerId, name, boot, addresses } = this.#options
    return encodeAnnouncement({ peerId, name, boot, addresses: addresses(), goodbye: false })
  }

  #send(bytes: Uint8Array): void {
    for (const leg of this.#legs.values()) void this.#sendOn(leg, bytes)
  }

  /** Resolves when it is out or has failed; failures are noted, and the next announcement tries again. */
  #sendOn(leg: Leg, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      const done = (error: Error | null): void => {
        if (error !== null) this.#noteError(leg.name, error)
        else delete this.#errors[leg.name]
        resolve()
      }
      try {
        leg.socket.send(bytes, this.#options.port, group, done)
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    })
  }

  #noteError(name: string, error: NodeJS.ErrnoException): void {
    const code = error.code ?? error.message
    if (this.#errors[name] === code) return
    this.#errors[name] = code
    this.#options.log.debug({ interface: name, code }, 'multicast failed')
  }

  #isOwnAddress(address: string): boolean {
    return this.#legs.has(address)
  }

  #after(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, delayMs)
    timer.unref()
    this.#timers.add(timer)
  }

  #every(periodMs: number, work: () => void): void {
    const timer = setInterval(work, periodMs)
    timer.unref()
    this.#timers.add(timer)
  }
}

function ipv4Interfaces(): { name: string; address: string }[] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, internal }) => ({ name, address, internal }))
  )
  // Loopback too: daemons on a machine without a network find each other there.
  return all.sort((a, b) => Number(a.internal) - Number(b.internal)).slice(0, maxInterfaces)
}
