import { type PairMessage, pairMessageSchema, pairProtocol } from '@unhosted/core/protocol'
import { type Clock, createEmitter, withTimeLimit } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'
import type { ManagedPeerHost } from '../host/peer-host.ts'
import type { PeersStore } from '../peers-store.ts'
import { isLocalNetwork, type Sighting } from '../streams/addresses.ts'
import { type AttemptLimit, createAttemptLimit } from '../streams/attempts.ts'
import type { FramedStream } from '../streams/framed-stream.ts'
import { pairingError } from './pairing-records.ts'

/** Machines that are greeted at the same time. */
const maxAtOnce = 4
/** Machines that are dialled to be greeted within a minute: what is heard by multicast anyone can make up. */
const maxDialsPerMinute = 60
/** Greetings that are answered within a minute. */
const answerLimits = { perAddress: 20, inAll: 60 }
/** Both machines hear of each other: the one with the larger id waits this long for the other to begin. */
const yieldMs = 400
const exchangeMs = 3000
const firstRetryMs = 2000
const longestRetryMs = 60_000
/**
 * A stranger that has greeted is disconnected after this long, unless it pairs.
 * @internal For its test.
 */
export const lingerMs = 1000

type Greeting = Extract<PairMessage, { type: 'greet' }>

/** What @libp2p/mdns cannot tell: the names of machines, and to those that started earlier that this one has. */
export interface Greeter {
  /** A machine is in sight: tell it of this one and ask its name, unless that has been done. */
  greet(sighting: Sighting): void
  /** It is out of sight; when it comes back it is greeted anew. */
  forget(peerId: string): void
  /** @returns a function that removes the listener. */
  on<K extends keyof GreeterEvents>(event: K, listener: (payload: GreeterEvents[K]) => void): () => void
  /** Answer a greeting in kind. @throws BaseError PAIRING_REFUSED when there are too many */
  answer(stream: FramedStream, greeting: Greeting, options: { readonly signal: AbortSignal }): Promise<void>
  stop(): void
}

interface GreeterEvents {
  /** A machine told its name and addresses. */
  readonly greeted: { readonly sighting: Sighting; readonly name: string }
}

export interface GreeterOptions {
  readonly host: ManagedPeerHost
  readonly peersStore: PeersStore
  /** Whether a pairing with the peer is under way, so that its connection is left alone. */
  readonly isPairing: (peerId: string) => boolean
  /** Whether this machine says who it is to those that ask; it does not where mDNS is off. */
  readonly announcesSelf: boolean
  readonly clock: Clock
  readonly log: Log
}

export function createGreeter(options: GreeterOptions): Greeter {
  return new PairProtocolGreeter(options)
}

interface Progress {
  greeted: boolean
  failures: number
  /** Clock's elapsed time, ms; it is not greeted before. */
  notBefore: number
  /** Cancels the next greeting; null where none is due or under way. */
  cancel: (() => void) | null
}

class PairProtocolGreeter implements Greeter {
  readonly #options: GreeterOptions
  /** Machines in sight, so as many as discovery keeps. */
  readonly #progress = new Map<string, Progress>()
  /** Cancels the disconnections that are due. */
  readonly #lingering = new Set<() => void>()
  readonly #events
  readonly #dials: AttemptLimit
  readonly #answers: AttemptLimit
  readonly #stopping = new AbortController()
  #running = 0

  constructor(options: GreeterOptions) {
    const { clock, log } = options
    this.#options = options
    this.#events = createEmitter<GreeterEvents>(log)
    this.#dials = createAttemptLimit({ perAddress: maxDialsPerMinute, inAll: maxDialsPerMinute }, clock)
    this.#answers = createAttemptLimit(answerLimits, clock)
  }

  greet({ peerId, addresses }: Sighting): void {
    const { host, peersStore, clock } = this.#options
    if (this.#stopping.signal.aborted || addresses.length === 0 || peersStore.get(peerId) !== undefined) return
    const wait = host.peerId < peerId ? 0 : yieldMs
    const progress = this.#entry(peerId, clock.elapsed() + wait)
    if (progress.greeted || progress.cancel !== null) return
    this.#schedule(peerId, progress, progress.notBefore - clock.elapsed())
  }

  forget(peerId: string): void {
    this.#progress.get(peerId)?.cancel?.()
    this.#progress.delete(peerId)
  }

  on<K extends keyof GreeterEvents>(event: K, listener: (payload: GreeterEvents[K]) => void): () => void {
    return this.#events.on(event, listener)
  }

  async answer(stream: FramedStream, greeting: Greeting, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const { remotePeerId: peerId, remoteAddress } = stream
    try {
      if (!this.#options.announcesSelf || !this.#answers.take(remoteAddress)) throw pairingError('PAIRING_REFUSED')
      await stream.writeJson(this.#introduction(), { signal })
      this.#learn(peerId, greeting)
    } finally {
      this.#disconnectLater(peerId)
    }
  }

  stop(): void {
    this.#stopping.abort()
    for (const peerId of this.#progress.keys()) this.forget(peerId)
    for (const cancel of this.#lingering) cancel()
    this.#lingering.clear()
  }

  #entry(peerId: string, notBefore: number): Progress {
    const known = this.#progress.get(peerId) ?? { greeted: false, failures: 0, notBefore, cancel: null }
    this.#progress.set(peerId, known)
    return known
  }

  #schedule(peerId: string, progress: Progress, delayMs: number): void {
    progress.cancel = this.#options.clock.after(Math.max(0, delayMs), () => void this.#greetNow(peerId, progress))
  }

  async #greetNow(peerId: string, progress: Progress): Promise<void> {
    const { log } = this.#options
    if (progress.greeted) return
    if (this.#running >= maxAtOnce) return this.#schedule(peerId, progress, yieldMs)
    // Over the limit nothing is done: it is sighted again soon.
    if (!this.#dials.take(peerId)) return this.#retryLater(progress)
    this.#running += 1
    try {
      await this.#exchange(peerId)
    } catch (error) {
      log.debug({ peerId, error: String(error) }, 'a machine in sight could not be greeted')
      this.#retryLater(progress)
    } finally {
      this.#running -= 1
      progress.cancel = null
    }
  }

  #retryLater(progress: Progress): void {
    progress.cancel = null
    progress.notBefore = this.#options.clock.elapsed() + Math.min(longestRetryMs, firstRetryMs * 2 ** progress.failures)
    progress.failures = Math.min(progress.failures + 1, 10)
  }

  async #exchange(peerId: string): Promise<void> {
    const { switchboard } = this.#options.host
    const addresses = (this.#options.host.peer(peerId)?.addresses ?? []).filter(isLocalNetwork)
    const { clock } = this.#options
    try {
      await withTimeLimit({ clock, ms: exchangeMs, signal: this.#stopping.signal }, async (signal) => {
        const connection = await switchboard.dial(peerId, addresses, signal)
        const stream = await switchboard.openOn(connection, pairProtocol, signal)
        await stream.writeJson(this.#introduction(), { signal })
        const answer = await stream.readJson(pairMessageSchema, { signal })
        if (answer.type !== 'greet') throw pairingError('PEER_PROTOCOL')
        this.#learn(peerId, answer)
        await stream.close()
      })
    } finally {
      this.#disconnect(peerId)
    }
  }

  #learn(peerId: string, { name, addresses }: Greeting): void {
    const progress = this.#progress.get(peerId)
    this.#entry(peerId, 0).greeted = true
    this.#events.emit('greeted', { sighting: { peerId, addresses }, name })
    // It is not in sight, so no event would ever remove it.
    if (progress === undefined && this.#options.host.peer(peerId) === undefined) this.forget(peerId)
  }

  #introduction(): Greeting {
    const { host } = this.#options
    return { type: 'greet', name: host.name, addresses: host.addresses().filter(isLocalNetwork) }
  }

  #disconnectLater(peerId: string): void {
    if (this.#stopping.signal.aborted) return
    const cancel = this.#options.clock.after(lingerMs, () => {
      this.#lingering.delete(cancel)
      this.#disconnect(peerId)
    })
    this.#lingering.add(cancel)
  }

  /** Strangers keep no connection for a greeting. */
  #disconnect(peerId: string): void {
    const { host, peersStore, isPairing } = this.#options
    if (peersStore.get(peerId) === undefined && !isPairing(peerId)) host.switchboard.cut(peerId, 'greeted')
  }
}
