import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { BaseError, cancelled, isBaseError } from '@unhosted/core/errors'
import type { PeerRecord } from '@unhosted/core/peers'
import { type Clock, createEmitter, withTimeLimit } from '../../base/index.ts'
import type { Identity } from '../../identity/index.ts'
import type { Log } from '../../log/index.ts'
import type { PeersStore } from '../peers-store.ts'
import { announceable, dialOrder, ipOf, localAddressTowards } from './addresses.ts'
import type { FramedStream } from './framed-stream.ts'
import { createLibp2pNode, type DiscoveryComponent, startLibp2pNode } from './libp2p-node.ts'
import { Libp2pFramedStream } from './libp2p-stream.ts'
import type { ProtocolHandler } from './protocol-handler.ts'
import { createStrangerWatch, type StrangerWatch } from './strangers.ts'

/** Streams of one protocol that one connection may have open at a time. */
const maxStreamsPerProtocol = 64
/** Strangers pair, and nothing else; one pairing needs one stream. */
const maxOpenProtocolStreams = 2
/** All addresses of a peer together; one that does not answer is left after 2.5 s. */
const dialTimeoutMs = 10_000
/** A paired peer lets a stream in within this time, or it does not answer. */
const welcomeTimeoutMs = 5000

/** Serves a protocol that strangers may open. It must bound and doubt everything. */
export type OpenHandler = (
  stream: FramedStream,
  context: { readonly peerId: string; readonly address: string | null; readonly signal: AbortSignal }
) => Promise<void>

export interface SwitchboardEvents {
  /** A connection to the peer was opened, from here or from there. */
  readonly opened: { readonly peerId: string }
  /** The last connection to the peer ended. */
  readonly closed: { readonly peerId: string }
}

export interface SwitchboardOptions {
  readonly identity: Identity
  readonly peersStore: PeersStore
  readonly hosts: readonly string[]
  readonly port: number
  readonly log: Log
  /** A frame that has begun must be whole within this time. */
  readonly frameTimeoutMs: number
  /** Whether a pairing with the peer is under way, so that its connection is left alone. */
  readonly isPairing: (peerId: string) => boolean
  readonly clock: Clock
}

/** libp2p with a gate: who may open which protocol, and every live stream by peer so that it can be cut. */
export class Switchboard {
  readonly #options: SwitchboardOptions
  readonly #events
  readonly #handlers = new Map<string, (stream: Stream, connection: Connection) => Promise<void>>()
  readonly #open = new Set<string>()
  readonly #registered = new Set<string>()
  readonly #streams = new Map<string, Set<FramedStream>>()
  readonly #localAddresses = new WeakMap<Connection, Promise<string | null>>()
  readonly #shutdown = new AbortController()
  readonly #strangers: StrangerWatch
  #node: Libp2p | null = null

  constructor(options: SwitchboardOptions) {
    this.#options = options
    const { peersStore, isPairing, clock, log } = options
    this.#events = createEmitter<SwitchboardEvents>(log)
    this.#strangers = createStrangerWatch({ clock, log, isPairing, isPaired: (id) => peersStore.get(id) !== undefined })
  }

  /** @returns a function that removes the listener. */
  on<K extends keyof SwitchboardEvents>(event: K, listener: (payload: SwitchboardEvents[K]) => void): () => void {
    return this.#events.on(event, listener)
  }

  /**
   * @param discovery looks for machines while the node runs; null where none does
   * @throws BaseError PORT_IN_USE | CANCELLED (it was stopped before or meanwhile); nothing is left running then
   */
  async start(discovery: DiscoveryComponent | null): Promise<void> {
    if (this.#shutdown.signal.aborted) throw cancelled()
    const { identity, hosts, port, peersStore } = this.#options
    const isPaired = (peerId: string): boolean => peersStore.get(peerId) !== undefined
    const node = await createLibp2pNode({ identity, hosts, port, gater: this.#strangers.gater, isPaired, discovery })
    node.addEventListener('connection:open', ({ detail }) => this.#onOpen(detail))
    node.addEventListener('peer:disconnect', ({ detail }) => {
      this.#events.emit('closed', { peerId: detail.toString() })
      if (!isPaired(detail.toString())) this.#forget(node, detail)
    })
    for (const protocol of this.#handlers.keys()) await this.#register(node, protocol)
    await startLibp2pNode(node, port)
    this.#node = node
    if (!this.#shutdown.signal.aborted) return
    // Whoever stopped it meanwhile found no node to stop.
    await this.stop()
    throw cancelled()
  }

  async stop(): Promise<void> {
    this.#shutdown.abort()
    this.#strangers.stop()
    for (const streams of this.#streams.values()) for (const stream of streams) stream.abort(new Error('stopping'))
    const node = this.#node
    this.#node = null
    // Closing politely first would take libp2p half a second per stop.
    for (const connection of node?.getConnections() ?? []) connection.abort(new Error('stopping'))
    await node?.stop()
  }

  /** Multiaddrs that this machine listens on, without its id. */
  addresses(): string[] {
    const all = this.#node?.getMultiaddrs() ?? []
    return announceable(all.map((address) => address.toString().replace(/\/p2p\/[^/]+$/, '')))
  }

  connections(peerId: string): Connection[] {
    const id = peerIdFromString(peerId)
    return (this.#node?.getConnections(id) ?? []).filter(({ status }) => status === 'open')
  }

  /** For paired peers only; everyone else's streams are reset unread. */
  handle(protocol: string, handler: ProtocolHandler): () => void {
    return this.#add(protocol, async (stream, connection) => {
      const peerId = connection.remotePeer.toString()
      if (this.#options.peersStore.get(peerId) === undefined) return this.#refuse(stream, connection, protocol)
      await this.#serve(stream, connection, async (framed, signal) => {
        // Once more, now that cutting the peer off would reach this stream: it may have been unpaired in between.
        const peer = this.#options.peersStore.get(peerId)
        if (peer === undefined) throw new Error('not paired')
        // Says "you are let in": the opener tells a refusal from a fault by it.
        await framed.writeFrame(new Uint8Array(0), { signal })
        await handler(framed, { peer, signal })
      })
    })
  }

  /** For everyone. */
  handleOpen(protocol: string, handler: OpenHandler): () => void {
    this.#open.add(protocol)
    return this.#add(protocol, async (stream, connection) => {
      const peerId = connection.remotePeer.toString()
      await this.#serve(stream, connection, (framed, signal) =>
        handler(framed, { peerId, address: ipOf(connection.remoteAddr), signal })
      )
    })
  }

  /** @throws BaseError PEER_UNREACHABLE | PEER_REFUSED | CANCELLED */
  async openPaired(
    record: PeerRecord,
    protocol: string,
    addresses: readonly string[],
    signal: AbortSignal
  ): Promise<FramedStream> {
    const connection = await this.dial(record.peerId, addresses, signal)
    const stream = await this.openOn(connection, protocol, signal)
    try {
      const welcome = await stream.readFrame({ signal, timeoutMs: welcomeTimeoutMs })
      if (welcome?.byteLength !== 0) throw refused(record.name)
      return stream
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
      if (isBaseError(error, 'PEER_LOST'))
        throw connection.status === 'open' ? refused(record.name, error) : unreachable(record.name, error)
      throw error
    }
  }

  /** A stream on this very connection, without waiting to be let in. @throws BaseError PEER_UNREACHABLE | PEER_REFUSED | CANCELLED */
  async openOn(connection: Connection, protocol: string, signal: AbortSignal): Promise<FramedStream> {
    const peerId = connection.remotePeer.toString()
    try {
      const stream = await this.#withLimit(welcomeTimeoutMs, signal, (limited) =>
        connection.newStream(protocol, { signal: limited, maxOutboundStreams: maxStreamsPerProtocol })
      )
      return await this.#frame(stream, connection)
    } catch (error) {
      if (signal.aborted || this.#shutdown.signal.aborted) throw cancelled(error)
      throw isRefusal(error, connection) ? refused(peerId, error) : unreachable(peerId, error)
    }
  }

  /**
   * As openOn, for pairing. The other side ends the connection of a greeting by itself, perhaps at this moment: where the
   * stream fails and the machine is not paired, one new connection is tried.
   */
  async openOnOrAnew(
    connection: Connection,
    addresses: readonly string[],
    protocol: string,
    signal: AbortSignal
  ): Promise<FramedStream> {
    try {
      return await this.openOn(connection, protocol, signal)
    } catch (error) {
      const peerId = connection.remotePeer.toString()
      const mayBeEnding = isBaseError(error, 'PEER_REFUSED') || isBaseError(error, 'PEER_UNREACHABLE')
      if (!mayBeEnding || this.#options.peersStore.get(peerId) !== undefined) throw error
      connection.abort(new Error('reached anew'))
      // Where it dialled us, it listens elsewhere.
      const remote =
        connection.direction === 'outbound' ? [connection.remoteAddr.toString().replace(/\/p2p\/[^/]+$/, '')] : []
      return await this.openOn(await this.dial(peerId, [...addresses, ...remote], signal), protocol, signal)
    }
  }

  /**
   * The connection to a peer, or to whoever answers at the addresses where `peerId` is null.
   * @throws BaseError PEER_UNREACHABLE | IDENTITY_CHANGED | IDENTITY_DUPLICATE | CANCELLED
   */
  async dial(peerId: string | null, addresses: readonly string[], signal: AbortSignal): Promise<Connection> {
    const node = this.#node
    if (node === null) throw notRunning()
    const existing = peerId === null ? undefined : this.connections(peerId)[0]
    if (existing !== undefined) return existing
    const suffix = peerId === null ? '' : `/p2p/${peerId}`
    // An address that is ours too, a container bridge's for one, leads to ourselves.
    const own = new Set(this.addresses())
    const elsewhere = addresses.filter((address) => !own.has(address))
    const targets = dialOrder(peerId === null ? addresses : elsewhere).map((address) =>
      multiaddr(`${address}${suffix}`)
    )
    if (targets.length === 0) throw unreachable(peerId ?? 'the peer', new Error('no address is known'))
    try {
      return await this.#withLimit(dialTimeoutMs, signal, (limited) => node.dial(targets, { signal: limited }))
    } catch (error) {
      if (signal.aborted || this.#shutdown.signal.aborted) throw cancelled(error)
      throw dialError(peerId, addresses, error)
    }
  }

  /** Reset every stream and connection of the peer, now. */
  cut(peerId: string, why: string): void {
    const reason = new Error(why)
    this.cutStreams(peerId, why)
    for (const connection of this.#node?.getConnections(peerIdFromString(peerId)) ?? []) connection.abort(reason)
  }

  /** Reset the connections that are older than this: a peer that came back over a new one keeps it. */
  cutOlder(peerId: string, ageMs: number, why: string): void {
    for (const connection of this.connections(peerId)) {
      if (this.#options.clock.now() - connection.timeline.open >= ageMs) connection.abort(new Error(why))
    }
  }

  /** Reset every stream of a peer that is no longer paired; its connections count as a stranger's from now on. */
  cutStreams(peerId: string, why: string): void {
    for (const connection of this.connections(peerId)) {
      if (this.#options.peersStore.get(peerId) === undefined) this.#strangers.add(connection)
    }
    for (const stream of this.#streams.get(peerId) ?? []) stream.abort(new Error(why))
  }

  #withLimit<T>(ms: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const merged = AbortSignal.any([signal, this.#shutdown.signal])
    return withTimeLimit({ clock: this.#options.clock, ms, signal: merged }, work)
  }

  #onOpen(connection: Connection): void {
    const peerId = connection.remotePeer.toString()
    const remote = ipOf(connection.remoteAddr)
    this.#localAddresses.set(connection, remote === null ? Promise.resolve(null) : localAddressTowards(remote))
    if (this.#options.peersStore.get(peerId) === undefined) this.#strangers.add(connection)
    this.#events.emit('opened', { peerId })
  }

  /** libp2p remembers every peer it ever met; strangers, who can be anyone anew each time, would fill the memory. */
  #forget(node: Libp2p, peerId: PeerId): void {
    node.peerStore
      .delete(peerId)
      .catch((error: unknown) => this.#options.log.debug({ error: String(error) }, 'could not forget a stranger'))
  }

  #add(protocol: string, handler: (stream: Stream, connection: Connection) => Promise<void>): () => void {
    if (this.#handlers.has(protocol)) throw new Error(`${protocol} already has a handler`)
    this.#handlers.set(protocol, handler)
    if (this.#node !== null) {
      this.#register(this.#node, protocol).catch((error: unknown) =>
        this.#options.log.error({ protocol, error: String(error) }, 'a protocol could not be served')
      )
    }
    return () => {
      if (this.#handlers.get(protocol) === handler) this.#handlers.delete(protocol)
    }
  }

  /** libp2p keeps the protocol once it knows it; without a handler its streams are reset. */
  async #register(node: Libp2p, protocol: string): Promise<void> {
    if (this.#registered.has(protocol)) return
    this.#registered.add(protocol)
    await node.handle(
      protocol,
      async (stream, connection) => {
        const handler = this.#handlers.get(protocol)
        if (handler === undefined) stream.abort(new Error('no longer served'))
        else await handler(stream, connection)
      },
      {
        maxInboundStreams: this.#open.has(protocol) ? maxOpenProtocolStreams : maxStreamsPerProtocol,
        maxOutboundStreams: maxStreamsPerProtocol
      }
    )
  }

  #refuse(stream: Stream, connection: Connection, protocol: string): void {
    this.#options.log.debug({ peerId: connection.remotePeer.toString(), protocol }, 'refused an unpaired peer')
    stream.abort(new Error('not paired'))
  }

  async #serve(
    stream: Stream,
    connection: Connection,
    work: (framed: FramedStream, signal: AbortSignal) => Promise<void>
  ): Promise<void> {
    const framed = await this.#frame(stream, connection)
    const over = new AbortController()
    void framed.ended.then((error) => over.abort(error ?? new Error('the stream ended')))
    try {
      await work(framed, AbortSignal.any([over.signal, this.#shutdown.signal]))
      await framed.close()
    } catch (error) {
      const facts = { peerId: framed.remotePeerId, protocol: stream.protocol, error: String(error) }
      this.#options.log.debug(facts, 'a stream was reset')
      framed.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #frame(stream: Stream, connection: Connection): Promise<FramedStream> {
    const remotePeerId = connection.remotePeer.toString()
    const localAddress = (await this.#localAddresses.get(connection)) ?? null
    const framed = new Libp2pFramedStream({
      stream,
      remotePeerId,
      localAddress,
      remoteAddress: ipOf(connection.remoteAddr),
      frameTimeoutMs: this.#options.frameTimeoutMs,
      clock: this.#options.clock
    })
    const live = this.#streams.get(remotePeerId) ?? new Set()
    this.#streams.set(remotePeerId, live)
    live.add(framed)
    void framed.ended.then(() => {
      live.delete(framed)
      if (live.size === 0 && this.#streams.get(remotePeerId) === live) this.#streams.delete(remotePeerId)
    })
    return framed
  }
}

function dialError(peerId: string | null, addresses: readonly string[], cause: unknown): BaseError {
  const text = errorText(cause)
  if (/Payload identity key .* does not match|UnexpectedPeer/.test(text)) {
    return new BaseError('IDENTITY_CHANGED', `Whoever answers at ${addresses.join(', ')} is not the expected peer.`, {
      advice: 'If that machine was set up anew, unpair it and pair again. Otherwise somebody may pretend to be it.',
      cause
    })
  }
  if (peerId === null && /Can not dial self/.test(text)) {
    return new BaseError('IDENTITY_DUPLICATE', 'The machine that answers there has the identity of this one.', {
      advice:
        'It is this machine, or its home folder was copied: then delete identity.key on one of the two and pair again.',
      cause
    })
  }
  return unreachable(peerId ?? addresses.join(', '), cause)
}

/** The other side does not know the protocol, or reset the stream while it was being agreed on. */
function isRefusal(error: unknown, connection: Connection): boolean {
  if (!(error instanceof Error) || connection.status !== 'open') return false
  return ['UnsupportedProtocolError', 'StreamStateError', 'StreamResetError', 'UnexpectedEOFError'].includes(error.name)
}

function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join('; ')
  if (!(error instanceof Error)) return String(error)
  return `${error.name}: ${error.message}${error.cause === undefined ? '' : `; ${errorText(error.cause)}`}`
}

function refused(name: string, cause?: unknown): BaseError {
  return new BaseError('PEER_REFUSED', `${name} refuses: it is not paired with this machine, or lacks the service.`, {
    advice: 'Pair the two machines again, and check that both run the same version.',
    cause
  })
}

function notRunning(): BaseError {
  return new BaseError('PEER_UNREACHABLE', 'This daemon does not talk to peers now.', {
    advice: 'Start it without --offline.'
  })
}

function unreachable(name: string, cause: unknown): BaseError {
  return new BaseError('PEER_UNREACHABLE', `${name} does not answer.`, {
    advice: 'Check that it is on, on the same network, and that unhosted serve runs there.',
    cause
  })
}
