import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { BaseError } from '@unhosted/core/errors'
import { defaultGrants, type Grants, type PeerRecord } from '@unhosted/core/trust'
import type { ZodType } from 'zod'
import type { Engine, EngineRunner, LlamaServer, ProcessExit, RpcServer } from '../engine/types.ts'
import { type FramedStream, maxFrameBytes } from '../p2p/framed-stream.ts'
import type { PeerHost, PeerHostEvents, PeerPresence, ProtocolHandler } from '../p2p/peer-host.ts'
import { pairedHosts } from '../p2p/testing.ts'
import type { Clock } from './clock.ts'

/** Bytes in flight one way before a writer waits. */
const windowBytes = 256 * 1024

/** One direction of an in-memory stream. */
class Pipe {
  readonly queue: (Uint8Array | null)[] = []
  queued = 0
  private waiters: (() => void)[] = []

  push(frame: Uint8Array | null): void {
    this.queue.push(frame)
    this.queued += frame?.length ?? 0
    this.wake()
  }

  wake(): void {
    const waiters = this.waiters
    this.waiters = []
    for (const waiter of waiters) waiter()
  }

  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.waiters.push(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

/** One end of an in-memory framed stream, with the faults that a network has. */
export class MemoryStream implements FramedStream {
  readonly remotePeerId: string
  readonly localAddress: string | null
  readonly remoteAddress: string | null
  readonly ended: Promise<Error | null>
  other: MemoryStream | null = null
  private readonly inbox = new Pipe()
  private readonly link: MemoryLink
  private settle: (error: Error | null) => void = () => {}
  private closedHere = false
  private closedThere = false
  private over = false
  private failure: Error | null = null

  constructor(remotePeerId: string, link: MemoryLink) {
    this.remotePeerId = remotePeerId
    this.localAddress = link.address
    this.remoteAddress = link.seenAddress
    this.link = link
    this.ended = new Promise((resolve) => {
      this.settle = resolve
    })
  }

  async readFrame(options: { readonly signal: AbortSignal; readonly timeoutMs?: number }): Promise<Uint8Array | null> {
    const late = options.timeoutMs === undefined ? null : AbortSignal.timeout(options.timeoutMs)
    const signal = late === null ? options.signal : AbortSignal.any([options.signal, late])
    for (;;) {
      if (options.signal.aborted) throw failed('CANCELLED', 'cancelled')
      this.throwIfFailed()
      const frame = this.inbox.queue.shift()
      if (frame === null) return null
      if (frame !== undefined) {
        this.inbox.queued -= frame.length
        this.inbox.wake()
        if (frame.length <= maxFrameBytes) return frame
        const error = failed('PEER_PROTOCOL', 'oversized frame')
        this.abort(error)
        throw error
      }
      if (this.closedThere || this.over) return null
      if (late?.aborted === true) throw failed('PEER_LOST', 'silent')
      await this.inbox.changed(signal)
    }
  }

  async readJson<T>(
    schema: ZodType<T>,
    options: { readonly signal: AbortSignal; readonly timeoutMs?: number }
  ): Promise<T> {
    const frame = await this.readFrame(options)
    try {
      if (frame === null) throw new Error('the stream ended')
      return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(frame)))
    } catch (cause) {
      throw new BaseError('PEER_PROTOCOL', 'malformed message', { advice: 'none', cause })
    }
  }

  async writeFrame(payload: Uint8Array, options: { readonly signal: AbortSignal }): Promise<void> {
    if (this.failure !== null || this.over || this.closedHere) throw failed('PEER_LOST', 'the stream is closed')
    const there = this.other
    if (there === null || this.link.silent) return
    there.inbox.push(payload.slice())
    while (there.inbox.queued > windowBytes && this.failure === null && !this.over) {
      if (options.signal.aborted) throw failed('CANCELLED', 'cancelled')
      await there.inbox.changed(options.signal)
    }
    this.throwIfFailed()
  }

  writeJson(value: unknown, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.writeFrame(new TextEncoder().encode(JSON.stringify(value)), options)
  }

  async closeWrite(): Promise<void> {
    if (this.closedHere || this.over) return
    this.closedHere = true
    const there = this.other
    if (there !== null && !this.link.silent) {
      there.closedThere = true
      there.inbox.push(null)
      if (there.closedHere) {
        this.finish(null)
        there.finish(null)
      }
    }
  }

  async close(): Promise<void> {
    await this.closeWrite()
    this.finish(null)
  }

  abort(reason: Error): void {
    if (this.over) return
    this.fail(reason)
    if (!this.link.silent) this.other?.fail(new Error('the other side reset the stream'))
  }

  fail(reason: Error): void {
    if (this.over) return
    this.failure = reason
    this.finish(reason)
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw failed('PEER_LOST', this.failure.message)
  }

  private finish(error: Error | null): void {
    if (this.over) return
    this.over = true
    this.link.streams.delete(this)
    this.inbox.wake()
    this.other?.inbox.wake()
    this.settle(error)
  }
}

/** What lies between two fake hosts. */
export interface MemoryLink {
  /** IP address that both sides have, null as over a relay. */
  address: string | null
  /** Address at which each sees the other; differs behind a NAT. */
  seenAddress: string | null
  /** While true, frames, ends and resets vanish, as in a partition. */
  silent: boolean
  readonly streams: Set<MemoryStream>
}

export interface FakeHost extends PeerHost {
  readonly handlers: Map<string, ProtocolHandler>
  readonly presence: PeerPresence
  /** Change what the other host may do here. */
  setGrants(grants: Grants): void
  emit<K extends keyof PeerHostEvents>(event: K, payload: PeerHostEvents[K]): void
}

export interface FakePair {
  readonly head: FakeHost
  readonly lender: FakeHost
  readonly link: MemoryLink
  /** Reset every stream, as when the connection breaks or a side unpairs. */
  cut(): void
  /** Streams that are open, counting both ends. */
  openStreams(): number
}

const headId = `12D3KooW${'H'.repeat(44)}`
const lenderId = `12D3KooW${'L'.repeat(44)}`

/** Two paired hosts in one process, joined by in-memory streams; `grants` is what each allows the other. */
export function fakeHosts(options: {
  readonly address: string | null
  readonly seenAddress?: string
  readonly grants?: Grants
}): FakePair {
  const { address } = options
  const link: MemoryLink = { address, seenAddress: options.seenAddress ?? address, silent: false, streams: new Set() }
  const grants = options.grants ?? defaultGrants.local
  const head = fakeHost(headId, presenceOf(lenderId, 'lender', grants))
  const lender = fakeHost(lenderId, presenceOf(headId, 'head', grants))
  head.open = opener(head, lender, link)
  lender.open = opener(lender, head, link)
  return {
    head,
    lender,
    link,
    cut() {
      for (const stream of [...link.streams]) stream.fail(new Error('the connection was cut'))
    },
    openStreams: () => link.streams.size
  }
}

function presenceOf(peerId: string, name: string, grants: Grants): PeerPresence {
  const record: PeerRecord = { peerId, name, radius: 'local', grants, addresses: [], pairedAt: 0 }
  return { peerId, name, record, state: 'connected', addresses: [], link: null }
}

function opener(from: FakeHost, to: FakeHost, link: MemoryLink): PeerHost['open'] {
  return async (peerId, protocol, { signal }) => {
    const handler = to.handlers.get(protocol)
    if (peerId !== to.peerId) throw failed('PEER_UNKNOWN', 'unknown peer')
    if (signal.aborted) throw failed('CANCELLED', 'cancelled')
    if (handler === undefined || to.presence.record === null) throw failed('PEER_REFUSED', `${protocol} is not served`)
    const here = new MemoryStream(to.peerId, link)
    const there = new MemoryStream(from.peerId, link)
    here.other = there
    there.other = here
    link.streams.add(here).add(there)
    const gone = new AbortController()
    there.ended.then(() => gone.abort())
    handler(there, { peer: to.presence.record, signal: gone.signal }).then(
      () => there.close(),
      (error: unknown) => there.abort(error instanceof Error ? error : new Error(String(error)))
    )
    return here
  }
}

function fakeHost(peerId: string, other: PeerPresence): FakeHost & { open: PeerHost['open'] } {
  const handlers = new Map<string, ProtocolHandler>()
  const listeners = new Map<string, Set<(payload: never) => void>>()
  let presence = other
  return {
    peerId,
    handlers,
    get presence() {
      return presence
    },
    addresses: () => [],
    peers: () => [presence],
    peer: (id) => (id === presence.peerId ? presence : undefined),
    handle(protocol, handler) {
      handlers.set(protocol, handler)
      return () => {
        handlers.delete(protocol)
      }
    },
    open: () => Promise.reject(failed('PEER_UNREACHABLE', 'not connected')),
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener))
      return () => {
        set.delete(listener)
      }
    },
    emit(event, payload) {
      for (const listener of listeners.get(event) ?? []) listener(payload as never)
    },
    setGrants(grants) {
      if (presence.record === null) return
      presence = { ...presence, record: { ...presence.record, grants } }
      this.emit('peer:change', presence)
    }
  }
}

function failed(
  code: 'PEER_LOST' | 'PEER_PROTOCOL' | 'PEER_REFUSED' | 'PEER_UNKNOWN' | 'PEER_UNREACHABLE' | 'CANCELLED',
  what: string
): BaseError {
  return new BaseError(code, what, { advice: 'none' })
}

/** A clock whose hands a test turns. */
export class ManualClock implements Clock {
  private time = 1_700_000_000_000
  private readonly alarms = new Set<{ at: number; every: number | null; act: () => void }>()

  now(): number {
    return this.time
  }

  every(ms: number, act: () => void): () => void {
    return this.add({ at: this.time + ms, every: ms, act })
  }

  after(ms: number, act: () => void): () => void {
    return this.add({ at: this.time + ms, every: null, act })
  }

  /** Timers that were set and neither rang nor were cleared. */
  get pending(): number {
    return this.alarms.size
  }

  /** Turn the hands; what is due rings in order, and promises get a turn in between. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms
    for (;;) {
      const due = [...this.alarms].filter((alarm) => alarm.at <= until).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.time = Math.max(this.time, due.at)
      if (due.every === null) this.alarms.delete(due)
      else due.at += due.every
      due.act()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.time = until
    await new Promise((resolve) => setImmediate(resolve))
  }

  private add(alarm: { at: number; every: number | null; act: () => void }): () => void {
    this.alarms.add(alarm)
    return () => {
      this.alarms.delete(alarm)
    }
  }
}

/** A stand-in for the engine: each rpc-server is a TCP server here that sends back what it gets, one connection at a time. */
export class EchoEngine implements EngineRunner {
  readonly engine: Engine = {
    version: 'llama.cpp/test rpc/7.0.0',
    directory: '/',
    serverPath: '/',
    rpcServerPath: '/',
    source: 'config'
  }
  readonly running = new Set<RpcServer>()
  /** While set, the next start fails with it. */
  failure: Error | null = null
  /** Bytes that reached any of the servers. */
  bytesReceived = 0
  connectionsAccepted = 0
  private nextPid = 1
  private readonly endings = new Map<RpcServer, (summary: string) => void>()

  async startRpcServer(options: { readonly signal: AbortSignal }): Promise<RpcServer> {
    if (this.failure !== null) throw this.failure
    const sockets = new Set<Socket>()
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      this.connectionsAccepted += 1
      sockets.add(socket)
      socket.on('error', () => {}).once('close', () => sockets.delete(socket))
      socket.on('data', (chunk) => {
        this.bytesReceived += chunk.length
      })
      socket.pipe(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    options.signal.throwIfAborted()
    const { promise, resolve } = Promise.withResolvers<ProcessExit>()
    const end = (summary: string): Promise<ProcessExit> => {
      server.close()
      for (const socket of sockets) socket.destroy()
      this.running.delete(rpcServer)
      resolve({ code: 0, signal: null, summary })
      return promise
    }
    const rpcServer: RpcServer = {
      pid: this.nextPid,
      logFile: '/',
      exited: promise,
      stop: () => end('stopped'),
      port: (server.address() as AddressInfo).port
    }
    this.nextPid += 1
    this.running.add(rpcServer)
    this.endings.set(rpcServer, end)
    return rpcServer
  }

  /** End every server as a crash would. */
  crash(): void {
    for (const server of this.running) this.endings.get(server)?.('it crashed')
  }

  startLlamaServer(): Promise<LlamaServer> {
    return Promise.reject(new Error('not in this stand-in'))
  }

  async listDevices(): Promise<readonly []> {
    return []
  }

  async stop(): Promise<void> {
    this.crash()
  }
}

/** Two paired hosts, whatever they are made of: the suites of this package run on the fake and on the real ones. */
export interface HostPair {
  readonly head: PeerHost
  readonly lender: PeerHost
  /** Change what the lender allows the head. */
  setLenderGrants(grants: Grants): Promise<void>
  stop(): Promise<void>
}

export const hostPairs: readonly { readonly name: string; readonly make: () => Promise<HostPair> }[] = [
  {
    name: 'in-memory',
    async make() {
      const { head, lender } = fakeHosts({ address: '127.0.0.1' })
      return {
        head,
        lender,
        async setLenderGrants(grants) {
          lender.setGrants(grants)
        },
        async stop() {}
      }
    }
  },
  {
    name: 'libp2p',
    async make() {
      const { a: head, b: lender, stop } = await pairedHosts()
      return {
        head,
        lender,
        async setLenderGrants(grants) {
          const record = lender.peer(head.peerId)?.record
          if (record === null || record === undefined) throw new Error('not paired')
          await lender.admit({ ...record, grants })
        },
        stop
      }
    }
  }
]

/** The real engine for tests that need it. */
export async function testEngine(): Promise<Engine> {
  const { UNHOSTED_ENGINE: directory } = process.env
  if (directory === undefined) throw new Error('UNHOSTED_ENGINE must name the folder of an engine')
  return {
    version: 'llama.cpp/test rpc/7.0.0',
    directory,
    serverPath: join(directory, 'llama-server'),
    rpcServerPath: join(directory, 'ggml-rpc-server'),
    source: 'config'
  }
}
