import { isBaseError } from '@unhosted/core/errors'
import type { Link } from '@unhosted/core/inventory'
import type { Grants, PeerRecord } from '@unhosted/core/peers'
import type { PeerPresence, PresenceEffect } from '@unhosted/core/presence'
import { helloProtocol, linkProtocol } from '@unhosted/core/protocol'
import { type Clock, createEmitter } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'
import { unknownPeer } from '../peer-errors.ts'
import type { PeersStore } from '../peers-store.ts'
import type { Sighting } from '../streams/addresses.ts'
import type { FramedStream } from '../streams/framed-stream.ts'
import type { DiscoveryComponent } from '../streams/libp2p-node.ts'
import type { Switchboard } from '../streams/switchboard.ts'
import { createHelloExchange, type HelloExchange, type PeerInventories } from './hello-exchange.ts'
import { type LinkProbe, measureRoundTrip, measureThroughput, serveLink } from './link-monitor.ts'
import { LinkWatches } from './link-watches.ts'
import type { ManagedPeerHost, ManagedPeerHostEvents, PeerHost } from './peer-host.ts'
import { performEffect } from './perform-effect.ts'
import { Presences } from './presences.ts'
import { createReconnector, type Reconnector } from './reconnector.ts'
import { createRecordWriter, type RecordWriter } from './record-writer.ts'

export interface PeerHostOptions {
  readonly peerId: string
  /** Name that peers see. */
  readonly name: string
  /** Unhosted's own version. */
  readonly version: string
  readonly switchboard: Switchboard
  readonly peersStore: PeersStore
  readonly clock: Clock
  readonly log: Log
}

/**
 * The peer host over libp2p. It turns what happens into events of the reducer in core/presence, which decides; the
 * parts carry its effects out: the switchboard (connections, streams), the reconnector (dialling), the link watches,
 * the hello exchange (names, addresses, inventories) and the record writer.
 */
export class Libp2pPeerHost implements ManagedPeerHost {
  readonly peerId: string
  readonly name: string
  readonly switchboard: Switchboard
  readonly inventories: PeerInventories
  readonly #peersStore: PeersStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #events
  readonly #presences: Presences
  readonly #hello: HelloExchange
  readonly #reconnector: Reconnector
  readonly #watches: LinkWatches
  readonly #writer: RecordWriter
  #stopped = false

  constructor(options: PeerHostOptions) {
    const { peerId, name, version, switchboard, peersStore, clock, log } = options
    this.peerId = peerId
    this.name = name
    this.switchboard = switchboard
    this.#peersStore = peersStore
    this.#clock = clock
    this.#log = log
    this.#events = createEmitter<ManagedPeerHostEvents>(log)
    this.#presences = new Presences({
      peersStore,
      isConnected: (id) => switchboard.connections(id).length > 0,
      perform: (id, effect) => this.#perform(id, effect)
    })
    this.#hello = createHelloExchange({
      name,
      version,
      clock,
      log,
      addresses: () => this.addresses(),
      grantsTo: (id) => peersStore.get(id)?.grants ?? noGrants,
      connectedPeers: () => this.#presences.where(({ linked }) => linked),
      open: (id, signal) => this.open(id, helloProtocol, { signal }),
      onHello: (id, { name, addresses }) => this.#presences.dispatch(id, { type: 'hello', name, addresses })
    })
    this.inventories = this.#hello
    this.#watches = new LinkWatches({
      clock,
      open: (id, signal) => this.open(id, linkProtocol, { signal }),
      onLink: (id, link) => this.#presences.dispatch(id, { type: 'linked', link }),
      onOver: (id, error) => this.#onLinkOver(id, error)
    })
    this.#reconnector = createReconnector({
      clock,
      log,
      isConnected: (id) => this.#watches.has(id),
      connect: (id, signal) => this.#connect(id, signal)
    })
    this.#writer = createRecordWriter({ peersStore, log })
  }

  async start(discovery: DiscoveryComponent | null): Promise<void> {
    this.switchboard.on('opened', ({ peerId }) => this.#presences.dispatch(peerId, { type: 'connection-opened' }))
    this.switchboard.on('closed', ({ peerId }) => this.#presences.dispatch(peerId, { type: 'connection-closed' }))
    this.handle(helloProtocol, this.#hello.handler)
    this.handle(linkProtocol, serveLink)
    await this.switchboard.start(discovery)
    for (const { peerId } of this.#peersStore.all()) this.#reconnector.keepDialling(peerId)
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#reconnector.stop()
    this.#hello.stop()
    this.#watches.stopAll()
    await this.switchboard.stop()
  }

  addresses(): readonly string[] {
    return this.switchboard.addresses()
  }

  peers(): readonly PeerPresence[] {
    return this.#presences.all()
  }

  peer(peerId: string): PeerPresence | undefined {
    return this.#presences.find(peerId)
  }

  impostors(): readonly PeerPresence[] {
    return this.#presences.where(({ impostor }) => impostor).map((peerId) => this.#presences.presence(peerId))
  }

  handle(...parameters: Parameters<PeerHost['handle']>): () => void {
    return this.switchboard.handle(...parameters)
  }

  async open(peerId: string, protocol: string, { signal }: { readonly signal: AbortSignal }): Promise<FramedStream> {
    const record = this.#peersStore.get(peerId)
    if (record === undefined) throw unknownPeer(peerId)
    return await this.switchboard.openPaired(record, protocol, this.#presences.addresses(peerId), signal)
  }

  on<K extends keyof ManagedPeerHostEvents>(
    event: K,
    listener: (payload: ManagedPeerHostEvents[K]) => void
  ): () => void {
    return this.#events.on(event, listener)
  }

  async measure(peerId: string, { signal }: { readonly signal: AbortSignal }): Promise<Link> {
    const open: LinkProbe['open'] = (inner) => this.open(peerId, linkProtocol, { signal: inner })
    const probe: LinkProbe = { open, clock: this.#clock, signal }
    const bytesPerSecond = await measureThroughput(probe)
    const known = this.#presences.state(peerId)?.link ?? (await measureRoundTrip(probe))
    const link = { ...known, bytesPerSecond }
    this.#presences.dispatch(peerId, { type: 'measured', link })
    return link
  }

  sighted({ peerId, addresses }: Sighting): void {
    this.#presences.dispatch(peerId, { type: 'sighted', addresses })
  }

  named(peerId: string, name: string): void {
    this.#presences.dispatch(peerId, { type: 'named', name })
  }

  outOfSight(peerId: string): void {
    this.#presences.dispatch(peerId, { type: 'out-of-sight' })
  }

  async addPeer(record: PeerRecord): Promise<void> {
    await this.#peersStore.put(record)
    this.#presences.dispatch(record.peerId, { type: 'paired', record })
  }

  async restorePeer(peerId: string, previous: PeerRecord | undefined): Promise<void> {
    if (previous === undefined) {
      await this.removePeer(peerId, { remember: true })
      return
    }
    await this.#peersStore.update(peerId, () => previous)
    // What was begun under the grants that are gone must hear of it.
    if (this.#peersStore.get(peerId) !== undefined) this.#presences.dispatch(peerId, { type: 'regranted' })
  }

  pairingCompleted(peerId: string): void {
    this.#presences.dispatch(peerId, { type: 'pairing-completed' })
  }

  async regrant(peerId: string, change: (grants: Grants) => Grants): Promise<PeerRecord> {
    await this.#peersStore.update(peerId, (record) => ({ ...record, grants: change(record.grants) }))
    const record = this.#peersStore.get(peerId)
    if (record === undefined) throw unknownPeer(peerId)
    this.#presences.dispatch(peerId, { type: 'regranted' })
    return record
  }

  async removePeer(peerId: string, options: { readonly remember: boolean }): Promise<PeerRecord | undefined> {
    const record = await this.#peersStore.remove(peerId, options)
    if (record !== undefined) this.#presences.dispatch(peerId, { type: 'unpaired', record })
    return record
  }

  /** After the stop nothing is begun, and nobody is told. */
  #perform(peerId: string, effect: PresenceEffect): void {
    if (this.#stopped) return
    const parts = {
      events: this.#events,
      presences: this.#presences,
      switchboard: this.switchboard,
      hello: this.#hello,
      reconnector: this.#reconnector,
      watches: this.#watches,
      writer: this.#writer,
      log: this.#log
    }
    performEffect(parts, peerId, effect)
  }

  /** One try to reach a paired peer. @throws as Switchboard.dial */
  async #connect(peerId: string, signal: AbortSignal): Promise<void> {
    try {
      await this.switchboard.dial(peerId, this.#presences.addresses(peerId), signal)
    } catch (error) {
      this.#presences.dispatch(peerId, { type: 'dialled', impostor: isBaseError(error, 'IDENTITY_CHANGED') })
      throw error
    }
    this.#presences.dispatch(peerId, { type: 'dialled', impostor: false })
    this.#watches.start(peerId)
  }

  #onLinkOver(peerId: string, error: unknown): void {
    const isSilent = isBaseError(error, 'PEER_LOST') && error.details.silent === true
    const silent = isSilent || isBaseError(error, 'PEER_UNREACHABLE')
    this.#presences.dispatch(peerId, { type: 'link-lost', silent, reason: String(error) })
  }
}

/** Deny by default. */
const noGrants: Grants = { infer: false, pool: false }
