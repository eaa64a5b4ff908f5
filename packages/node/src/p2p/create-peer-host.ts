import { isBaseError } from '@unhosted/core/errors'
import type { Inventory, Link } from '@unhosted/core/inventory'
import type { Grants, PeerRecord } from '@unhosted/core/peers'
import { helloProtocol, linkProtocol, linkSilenceMs } from '@unhosted/core/protocol'
import { createEmitter } from '../base/emitter.ts'
import type { FramedStream } from './framed-stream.ts'
import { createHelloExchange, type HelloExchange, type PeerInventories } from './inventories.ts'
import { measureThroughput, monitorLink, pingOnce, serveLink } from './link-monitor.ts'
import type { ManagedPeerHost, PeerHostOptions, PeerHostParts, Sighting } from './managed-peer-host.ts'
import { unknownPeer } from './pairing-records.ts'
import type { PeerHost, PeerHostEvents, PeerPresence } from './peer-host.ts'
import { createReconnector, type Reconnector } from './reconnector.ts'
import { Switchboard } from './switchboard.ts'

export type * from './managed-peer-host.ts'

/** Addresses kept of a peer that worked or that it announced. */
const maxAddresses = 16

interface Events extends PeerHostEvents {
  inventory: { readonly peerId: string; readonly inventory: Inventory | null }
}

interface Known {
  name: string | null
  addresses: readonly string[]
  seenAddresses: readonly string[]
  link: Link | null
  linked: boolean
  /** Whether somebody else answered where the peer was looked for last. */
  impostor: boolean
}

export function createPeerHost(options: PeerHostOptions, parts: PeerHostParts): ManagedPeerHost {
  return new Host(options, parts)
}

class Host implements ManagedPeerHost {
  readonly peerId: string
  readonly name: string
  readonly switchboard: Switchboard
  readonly #options: PeerHostOptions
  readonly #events
  readonly #known = new Map<string, Known>()
  readonly #hello: HelloExchange
  readonly #reconnector: Reconnector
  readonly #monitors = new Map<string, AbortController>()
  /** Peers whose record is being written. */
  readonly #keeping = new Set<string>()
  readonly #stopping = new AbortController()

  constructor(options: PeerHostOptions, parts: PeerHostParts) {
    this.#options = options
    this.peerId = options.identity.peerId
    this.name = options.name
    this.#events = createEmitter<Events>(options.log)
    this.switchboard = new Switchboard({
      ...options,
      isPairing: parts.isPairing,
      events: {
        opened: (peerId) => {
          if (options.peersStore.get(peerId) !== undefined) this.#monitor(peerId)
          else if (options.peersStore.wasUnpaired(peerId)) parts.onUnpairedReturned(peerId)
          this.#changed(peerId)
        },
        closed: (peerId) => this.#changed(peerId)
      }
    })
    this.#hello = createHelloExchange({
      ...options,
      addresses: () => this.addresses(),
      grantsTo: (peerId) => options.peersStore.get(peerId)?.grants ?? noGrants,
      connectedPeers: () => [...this.#known].filter(([, { linked }]) => linked).map(([peerId]) => peerId),
      open: (peerId, signal) => this.open(peerId, helloProtocol, { signal }),
      onHello: (peerId, { name, addresses }) => this.#learn(peerId, name, addresses),
      emit: (peerId, inventory) => this.#events.emit('inventory', { peerId, inventory }),
      onChange: (listener) => this.#events.on('inventory', listener)
    })
    this.#reconnector = createReconnector({
      log: options.log,
      isConnected: (peerId) => this.#monitors.has(peerId),
      connect: async (peerId, signal) => {
        await this.#reach(peerId, signal)
        this.#monitor(peerId)
      }
    })
    this.handle(helloProtocol, this.#hello.handler)
    this.handle(linkProtocol, serveLink)
  }

  get inventories(): PeerInventories {
    return this.#hello
  }

  async start(): Promise<void> {
    await this.switchboard.start()
    for (const { peerId } of this.#options.peersStore.all()) this.#reconnector.want(peerId)
  }

  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    this.#reconnector.stop()
    this.#hello.stop()
    for (const monitor of this.#monitors.values()) monitor.abort()
    await this.switchboard.stop()
  }

  addresses(): readonly string[] {
    return this.switchboard.addresses()
  }

  peers(): readonly PeerPresence[] {
    const ids = new Set([...this.#options.peersStore.all().map(({ peerId }) => peerId), ...this.#known.keys()])
    return [...ids].map((peerId) => this.#presence(peerId))
  }

  peer(peerId: string): PeerPresence | undefined {
    const known = this.#known.has(peerId) || this.#options.peersStore.get(peerId) !== undefined
    return known ? this.#presence(peerId) : undefined
  }

  handle(...parameters: Parameters<PeerHost['handle']>): () => void {
    return this.switchboard.handle(...parameters)
  }

  async open(peerId: string, protocol: string, { signal }: { readonly signal: AbortSignal }): Promise<FramedStream> {
    const record = this.#options.peersStore.get(peerId)
    if (record === undefined) throw unknownPeer(peerId)
    return await this.switchboard.openPaired(record, protocol, this.#dialAddresses(peerId), signal)
  }

  on<K extends keyof PeerHostEvents>(event: K, listener: (payload: PeerHostEvents[K]) => void): () => void {
    return this.#events.on(event, listener as (payload: Events[K]) => void)
  }

  async measure(peerId: string, { signal }: { readonly signal: AbortSignal }): Promise<Link> {
    const open = (inner: AbortSignal): Promise<FramedStream> => this.open(peerId, linkProtocol, { signal: inner })
    const bytesPerSecond = await measureThroughput(open, signal)
    const known = this.#entry(peerId)
    known.link = { ...(known.link ?? (await this.#firstLink(open, signal))), bytesPerSecond }
    this.#changed(peerId)
    return known.link
  }

  saw({ peerId, addresses }: Sighting): void {
    const known = this.#entry(peerId)
    if (known.seenAddresses.join() === addresses.join()) return
    known.seenAddresses = addresses.slice(0, maxAddresses)
    this.#changed(peerId)
    if (this.#options.peersStore.get(peerId) !== undefined) this.#reconnector.hurry(peerId)
  }

  named(peerId: string, name: string): void {
    const known = this.#known.get(peerId)
    // What a paired peer is called it says in its hello.
    if (known === undefined || known.name === name || this.#options.peersStore.get(peerId) !== undefined) return
    known.name = name
    this.#changed(peerId)
  }

  lostSight(peerId: string): void {
    const known = this.#known.get(peerId)
    if (known === undefined || known.seenAddresses.length === 0) return
    known.seenAddresses = []
    this.#changed(peerId)
  }

  async admit(record: PeerRecord): Promise<void> {
    await this.#options.peersStore.put(record)
    this.#entry(record.peerId).name = record.name
    this.#events.emit('peer:paired', { record })
    this.#changed(record.peerId)
  }

  async readmit(peerId: string, previous: PeerRecord | undefined): Promise<void> {
    if (previous === undefined) await this.expel(peerId, { remember: true })
    else await this.#options.peersStore.update(peerId, () => previous)
  }

  async regrant(peerId: string, change: (grants: Grants) => Grants): Promise<PeerRecord> {
    await this.#options.peersStore.update(peerId, (record) => ({ ...record, grants: change(record.grants) }))
    const record = this.#options.peersStore.get(peerId)
    if (record === undefined) throw unknownPeer(peerId)
    this.#changed(peerId)
    if (this.#known.get(peerId)?.linked === true) this.#greet(peerId, this.#stopping.signal)
    return record
  }

  settle(peerId: string): void {
    if (this.#options.peersStore.get(peerId) === undefined || this.#stopping.signal.aborted) return
    this.#reconnector.want(peerId)
    if (this.switchboard.connections(peerId).length > 0) this.#monitor(peerId)
  }

  async expel(peerId: string, options: { readonly remember: boolean }): Promise<PeerRecord | undefined> {
    const record = await this.#options.peersStore.remove(peerId, options)
    if (record === undefined) return undefined
    this.#reconnector.drop(peerId)
    this.switchboard.cutStreams(peerId, 'unpaired')
    this.#monitors.get(peerId)?.abort()
    this.#hello.forget(peerId)
    this.#entry(peerId).impostor = false
    this.#events.emit('peer:unpaired', { record })
    this.#changed(peerId)
    return record
  }

  impostors(): readonly PeerPresence[] {
    return [...this.#known].filter(([, { impostor }]) => impostor).map(([peerId]) => this.#presence(peerId))
  }

  async #reach(peerId: string, signal: AbortSignal): Promise<void> {
    const known = this.#entry(peerId)
    try {
      await this.switchboard.dial(peerId, this.#dialAddresses(peerId), signal)
      known.impostor = false
    } catch (error) {
      const impostor = isBaseError(error, 'IDENTITY_CHANGED')
      if (impostor && !known.impostor) {
        this.#options.log.warn(
          { peerId, addresses: this.#dialAddresses(peerId) },
          'another key answers for a paired peer'
        )
      }
      known.impostor = impostor
      throw error
    }
  }

  /** Watches a connected paired peer until it is lost; at most one watch per peer. */
  #monitor(peerId: string): void {
    if (this.#monitors.has(peerId) || this.#stopping.signal.aborted) return
    const over = new AbortController()
    this.#monitors.set(peerId, over)
    const signal = AbortSignal.any([over.signal, this.#stopping.signal])
    monitorLink({
      signal,
      open: (inner) => this.open(peerId, linkProtocol, { signal: inner }),
      onLink: (link) => this.#onLink(peerId, link, signal)
    }).catch((error: unknown) => this.#onLinkOver(peerId, error))
  }

  #onLink(peerId: string, link: Link, signal: AbortSignal): void {
    const known = this.#entry(peerId)
    const first = !known.linked
    const bytesPerSecond = link.bytesPerSecond ?? known.link?.bytesPerSecond ?? null
    const notable = first || known.link?.bytesPerSecond !== bytesPerSecond
    known.linked = true
    known.impostor = false
    known.link = { ...link, bytesPerSecond }
    if (notable) this.#changed(peerId)
    if (!first) return
    this.#reconnector.succeeded(peerId)
    this.#greet(peerId, signal)
  }

  #greet(peerId: string, signal: AbortSignal): void {
    this.#hello.greet(peerId, signal).catch((error: unknown) => {
      this.#options.log.debug({ peerId, error: String(error) }, 'greeting a peer failed')
    })
  }

  #onLinkOver(peerId: string, error: unknown): void {
    this.#monitors.delete(peerId)
    if (this.#stopping.signal.aborted) return
    const known = this.#entry(peerId)
    const wasLinked = known.linked
    known.linked = false
    known.link = null
    // Where only the stream ended the peer may be about to say why, that it unpaired for one: its connection stays.
    const isSilent = isBaseError(error, 'PEER_LOST') && error.details.silent === true
    if (isSilent || isBaseError(error, 'PEER_UNREACHABLE'))
      this.switchboard.cutOlder(peerId, linkSilenceMs, 'the peer is lost')
    if (wasLinked) {
      if (this.#options.peersStore.get(peerId) !== undefined) {
        this.#options.log.info({ peerId, error: String(error) }, 'a peer is lost')
      }
      this.#events.emit('peer:lost', { peerId })
    }
    this.#changed(peerId)
    if (this.#options.peersStore.get(peerId) !== undefined) this.#reconnector.want(peerId)
  }

  async #firstLink(open: (signal: AbortSignal) => Promise<FramedStream>, signal: AbortSignal): Promise<Link> {
    const stream = await open(signal)
    try {
      const roundTripMs = await pingOnce(stream, 0, signal)
      return { roundTripMs, jitterMs: 0, bytesPerSecond: null, direct: true }
    } finally {
      await stream.close()
    }
  }

  #learn(peerId: string, name: string, addresses: readonly string[]): void {
    const known = this.#entry(peerId)
    const changed = known.name !== name
    known.name = name
    known.addresses = addresses
    const record = this.#options.peersStore.get(peerId)
    if (record !== undefined && (record.name !== name || record.addresses.join() !== addresses.join())) {
      this.#keep(peerId, known)
    }
    if (changed) this.#changed(peerId)
  }

  /** One write at a time for each peer, of the latest it said: however often it says so, nothing piles up. */
  #keep(peerId: string, known: Known): void {
    if (this.#keeping.has(peerId)) return
    this.#keeping.add(peerId)
    this.#options.peersStore
      .update(peerId, (record) => ({
        ...record,
        name: known.name ?? record.name,
        addresses: known.addresses.slice(0, maxAddresses)
      }))
      .catch((error: unknown) => this.#options.log.warn({ error: String(error) }, 'could not keep a peer’s addresses'))
      .finally(() => this.#keeping.delete(peerId))
  }

  #dialAddresses(peerId: string): string[] {
    const known = this.#known.get(peerId)
    const stored = this.#options.peersStore.get(peerId)?.addresses ?? []
    // Announcements, which anyone can send, must not push out what the peer itself said.
    const seen = (known?.seenAddresses ?? []).slice(0, maxAddresses / 2)
    return [...new Set([...seen, ...(known?.addresses ?? []), ...stored])].slice(0, maxAddresses)
  }

  #entry(peerId: string): Known {
    const known = this.#known.get(peerId) ?? {
      name: null,
      addresses: [],
      seenAddresses: [],
      link: null,
      linked: false,
      impostor: false
    }
    this.#known.set(peerId, known)
    return known
  }

  #presence(peerId: string): PeerPresence {
    const known = this.#known.get(peerId)
    const record = this.#options.peersStore.get(peerId) ?? null
    const connected = record !== null && known?.linked === true
    const seen = (known?.seenAddresses.length ?? 0) > 0 || this.switchboard.connections(peerId).length > 0
    return {
      peerId,
      name: known?.name ?? record?.name ?? peerId.slice(-8),
      record,
      state: connected ? 'connected' : seen ? 'seen' : 'offline',
      addresses: this.#dialAddresses(peerId),
      link: connected ? (known?.link ?? null) : null
    }
  }

  #changed(peerId: string): void {
    if (this.#stopping.signal.aborted) return
    const presence = this.#presence(peerId)
    if (presence.record === null && presence.state === 'offline') this.#known.delete(peerId)
    this.#events.emit('peer:change', presence)
  }
}

/** Deny by default. */
const noGrants: Grants = { infer: false, pool: false, models: false }
