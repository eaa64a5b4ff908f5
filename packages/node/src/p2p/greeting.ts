import { type PairMessage, pairMessageSchema, pairProtocol } from '@unhosted/core/protocol'
import type { Log } from '../log/index.ts'
import { isLocalNetwork } from './addresses.ts'
import { createAttemptLimit } from './attempts.ts'
import type { ManagedPeerHost } from './create-peer-host.ts'
import type { Heard } from './discovery.ts'
import type { FramedStream } from './framed-stream.ts'
import { pairingError } from './pairing-records.ts'
import type { PeersStore } from './peers-store.ts'

/** Machines that are greeted at the same time. */
const maxAtOnce = 4
/** Machines that are dialled to be greeted within a minute: what is heard by multicast anyone can make up. */
const maxDialsPerMinute = 60
/** Greetings that are answered within a minute. */
const answerLimits = { perAddress: 20, inAll: 60 }
/** Both hear of each other: the one with the larger id lets the other begin. */
const yieldMs = 400
const exchangeMs = 3000
const firstRetryMs = 2000
const longestRetryMs = 60_000
/** Who greeted may stay this long, unless it pairs. */
export const lingerMs = 1000

type Greeting = Extract<PairMessage, { type: 'greet' }>

/** What @libp2p/mdns cannot tell: the names of machines, and to those that started earlier that this one has. */
export interface Greeter {
  /** A machine is in sight: tell it of this one and ask its name, unless that has been done. */
  met(heard: Heard): void
  /** It is out of sight; when it comes back it is greeted anew. */
  forget(peerId: string): void
  /** Answer a greeting in kind. @throws BaseError PAIRING_REFUSED when there are too many */
  answer(stream: FramedStream, greeting: Greeting, options: { readonly signal: AbortSignal }): Promise<void>
  stop(): void
}

export interface GreeterOptions {
  readonly host: ManagedPeerHost
  readonly peersStore: PeersStore
  /** Whether a pairing with the peer is under way, so that its connection is left alone. */
  readonly isPairing: (peerId: string) => boolean
  /** Whether this machine does not say who it is to those that ask. */
  readonly isShy: boolean
  readonly onGreeted: (heard: Heard, name: string) => void
  readonly log: Log
}

export function createGreeter(options: GreeterOptions): Greeter {
  return new PairProtocolGreeter(options)
}

interface Acquaintance {
  greeted: boolean
  failures: number
  /** Not before this, on the clock of `performance.now`. */
  notBefore: number
  timer: NodeJS.Timeout | null
}

class PairProtocolGreeter implements Greeter {
  readonly #options: GreeterOptions
  /** Machines in sight, so as many as discovery keeps. */
  readonly #acquaintances = new Map<string, Acquaintance>()
  readonly #lingering = new Set<NodeJS.Timeout>()
  readonly #dials = createAttemptLimit({ perAddress: maxDialsPerMinute, inAll: maxDialsPerMinute })
  readonly #answers = createAttemptLimit(answerLimits)
  readonly #stopping = new AbortController()
  #running = 0

  constructor(options: GreeterOptions) {
    this.#options = options
  }

  met({ peerId, addresses }: Heard): void {
    const { host, peersStore } = this.#options
    if (this.#stopping.signal.aborted || addresses.length === 0 || peersStore.get(peerId) !== undefined) return
    const wait = host.peerId < peerId ? 0 : yieldMs
    const acquaintance = this.#entry(peerId, performance.now() + wait)
    if (acquaintance.greeted || acquaintance.timer !== null) return
    this.#schedule(peerId, acquaintance, acquaintance.notBefore - performance.now())
  }

  forget(peerId: string): void {
    const timer = this.#acquaintances.get(peerId)?.timer ?? null
    if (timer !== null) clearTimeout(timer)
    this.#acquaintances.delete(peerId)
  }

  async answer(stream: FramedStream, greeting: Greeting, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const { remotePeerId: peerId, remoteAddress } = stream
    try {
      if (this.#options.isShy || !this.#answers.take(remoteAddress)) throw pairingError('PAIRING_REFUSED')
      await stream.writeJson(this.#introduction(), { signal })
      this.#learn(peerId, greeting)
    } finally {
      const timer = setTimeout(() => {
        this.#lingering.delete(timer)
        this.#partFrom(peerId)
      }, lingerMs)
      timer.unref()
      this.#lingering.add(timer)
    }
  }

  stop(): void {
    this.#stopping.abort()
    for (const peerId of this.#acquaintances.keys()) this.forget(peerId)
    for (const timer of this.#lingering) clearTimeout(timer)
    this.#lingering.clear()
  }

  #entry(peerId: string, notBefore: number): Acquaintance {
    const known = this.#acquaintances.get(peerId) ?? { greeted: false, failures: 0, notBefore, timer: null }
    this.#acquaintances.set(peerId, known)
    return known
  }

  #schedule(peerId: string, acquaintance: Acquaintance, delayMs: number): void {
    acquaintance.timer = setTimeout(() => void this.#greet(peerId, acquaintance), Math.max(0, delayMs))
    acquaintance.timer.unref()
  }

  async #greet(peerId: string, acquaintance: Acquaintance): Promise<void> {
    const { log } = this.#options
    if (acquaintance.greeted) return
    if (this.#running >= maxAtOnce) return this.#schedule(peerId, acquaintance, yieldMs)
    // Over the limit it is left: it is heard of again soon.
    if (!this.#dials.take(peerId)) return this.#retryLater(acquaintance)
    this.#running += 1
    try {
      await this.#exchange(peerId)
    } catch (error) {
      log.debug({ peerId, error: String(error) }, 'a machine in sight could not be greeted')
      this.#retryLater(acquaintance)
    } finally {
      this.#running -= 1
      acquaintance.timer = null
    }
  }

  #retryLater(acquaintance: Acquaintance): void {
    acquaintance.timer = null
    acquaintance.notBefore = performance.now() + Math.min(longestRetryMs, firstRetryMs * 2 ** acquaintance.failures)
    acquaintance.failures = Math.min(acquaintance.failures + 1, 10)
  }

  async #exchange(peerId: string): Promise<void> {
    const { switchboard } = this.#options.host
    const addresses = (this.#options.host.peer(peerId)?.addresses ?? []).filter(isLocalNetwork)
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(exchangeMs)])
    try {
      const connection = await switchboard.dial(peerId, addresses, signal)
      const stream = await switchboard.openOn(connection, pairProtocol, signal)
      await stream.writeJson(this.#introduction(), { signal })
      const answer = await stream.readJson(pairMessageSchema, { signal })
      if (answer.type !== 'greet') throw pairingError('PEER_PROTOCOL')
      this.#learn(peerId, answer)
      await stream.close()
    } finally {
      this.#partFrom(peerId)
    }
  }

  #learn(peerId: string, { name, addresses }: Greeting): void {
    const acquaintance = this.#acquaintances.get(peerId)
    this.#entry(peerId, 0).greeted = true
    this.#options.onGreeted({ peerId, addresses }, name)
    // Nobody keeps it in sight, so nobody would say when to forget it.
    if (acquaintance === undefined && this.#options.host.peer(peerId) === undefined) this.forget(peerId)
  }

  #introduction(): Greeting {
    const { host } = this.#options
    return { type: 'greet', name: host.name, addresses: host.addresses().filter(isLocalNetwork) }
  }

  /** Strangers keep no connection for a greeting. */
  #partFrom(peerId: string): void {
    const { host, peersStore, isPairing } = this.#options
    if (peersStore.get(peerId) === undefined && !isPairing(peerId)) host.switchboard.cut(peerId, 'greeted')
  }
}
