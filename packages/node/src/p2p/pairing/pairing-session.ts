import { randomBytes } from 'node:crypto'
import type { PairingView } from '@unhosted/core/control'
import type { BaseError } from '@unhosted/core/errors'
import type { Radius } from '@unhosted/core/peers'
import { type PairMessage, pairMessageSchema } from '@unhosted/core/protocol'
import {
  type PairingEffect,
  type PairingEvent,
  type PairingState,
  startPairing,
  stepPairing
} from '@unhosted/core/trust'
import { type Clock, withTimeLimit } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'
import type { FramedStream } from '../streams/framed-stream.ts'
import { pairingError } from './pairing-records.ts'

/** Time for the machines to exchange what the digits are made of. */
const exchangeMs = 10_000
/** Time for both people to compare and answer. */
const compareMs = 120_000

export interface PairingSessionOptions {
  readonly role: 'offerer' | 'answerer'
  readonly selfId: string
  readonly peerId: string
  /** What the peer is called as far as is known before it has said so itself. */
  readonly peerName: string
  readonly radius: Radius
  readonly clock: Clock
  readonly log: Log
  readonly introduction: () => { readonly name: string; readonly addresses: readonly string[] }
  readonly store: (facts: { name: string; addresses: readonly string[]; radius: Radius }) => Promise<void>
  readonly takeBack: () => Promise<void>
  readonly onChange: (view: PairingView) => void
}

/** One interactive pairing: the reducer of core/trust, its stream, its clock and its effects. */
export class PairingSession {
  readonly id = randomBytes(8).toString('hex')
  readonly #options: PairingSessionOptions
  readonly #over = Promise.withResolvers<void>()
  readonly #compared = Promise.withResolvers<void>()
  #state: PairingState
  #stream: FramedStream | null = null
  #cancelTimer: (() => void) | null = null
  #queue: Promise<void> = Promise.resolve()
  #dialled: readonly string[] = []
  #gaveWay = false
  #error: BaseError | null = null
  /** The view as it was told last. */
  #announced = ''

  constructor(options: PairingSessionOptions) {
    this.#options = options
    this.#state = this.#fresh(options.role)
  }

  get peerId(): string {
    return this.#options.peerId
  }

  get initiatedHere(): boolean {
    return this.#options.role === 'offerer'
  }

  get isOpen(): boolean {
    return this.#state.phase !== 'paired' && this.#state.phase !== 'failed'
  }

  /** Settles, never rejects, when it is paired or has failed. */
  get ended(): Promise<void> {
    return this.#over.promise
  }

  /** Settles, never rejects, when there are digits or it is over: the machines have little time to exchange them. */
  async comparable(): Promise<void> {
    await Promise.race([this.#compared.promise, this.ended])
  }

  /** Addresses that reached the peer; kept with its record. */
  note({ addresses }: { readonly addresses: readonly string[] }): void {
    this.#dialled = addresses
  }

  view(): PairingView {
    const { phase, confirmedHere, digits, peerName, radius } = this.#state
    const state =
      phase === 'paired' || phase === 'failed'
        ? phase
        : phase === 'storing' || confirmedHere
          ? 'waiting'
          : phase === 'compare'
            ? 'compare'
            : 'offered'
    return {
      id: this.id,
      peerId: this.peerId,
      peerName: peerName ?? this.#options.peerName,
      initiatedHere: this.initiatedHere,
      radius,
      digits,
      state,
      error:
        this.#error === null
          ? null
          : { code: this.#error.code, message: this.#error.message, advice: this.#error.advice }
    }
  }

  /** Offer, and return when there are digits. @throws BaseError PAIRING_* | PEER_PROTOCOL | CANCELLED */
  async run(stream: FramedStream, signal: AbortSignal): Promise<void> {
    if (this.#gaveWay) stream.abort(new Error('the other side offered as well'))
    else this.#adopt(stream)
    const onAbort = (): void => this.cancel()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      if (!this.#gaveWay) await this.#dispatch({ type: 'begin' })
      await this.comparable()
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
    if (this.#error !== null) throw this.#error
  }

  /** Answer an offer, to its end. */
  async answer(stream: FramedStream, offer: PairMessage, signal: AbortSignal): Promise<void> {
    this.#adopt(stream)
    const onAbort = (): void => void this.#dispatch({ type: 'closed' }, stream)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await this.#dispatch({ type: 'message', message: offer })
      await this.ended
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /**
   * Whether our own offer may give way to theirs: once, and before there are digits. More would let someone in the
   * middle try digits unseen, or change those that a person is just comparing.
   */
  get mayGiveWay(): boolean {
    const { phase } = this.#state
    return this.initiatedHere && !this.#gaveWay && (phase === 'start' || phase === 'offered')
  }

  /** Our own offer gives way to theirs; the pairing keeps its id. */
  async answerInstead(stream: FramedStream, offer: PairMessage, signal: AbortSignal): Promise<void> {
    const mine = this.#stream
    this.#gaveWay = true
    this.#state = this.#fresh('answerer')
    const adopted = this.answer(stream, offer, signal)
    mine?.abort(new Error('the other side offered as well'))
    await adopted
  }

  async decide(accept: boolean, radius: Radius): Promise<PairingView> {
    await this.#dispatch({ type: 'decide', accept, radius })
    return this.view()
  }

  cancel(): void {
    void this.#dispatch({ type: 'cancel' })
  }

  #fresh(role: 'offerer' | 'answerer'): PairingState {
    const { selfId, peerId, radius, introduction } = this.#options
    const { name, addresses } = introduction()
    const nonce = randomBytes(32).toString('hex')
    return startPairing({ role, selfId, peerId, selfName: name, selfAddresses: addresses, nonce }, radius)
  }

  #adopt(stream: FramedStream): void {
    this.#stream = stream
    this.#setTimer(exchangeMs)
    void this.#read(stream)
  }

  async #read(stream: FramedStream): Promise<void> {
    const forever = new AbortController().signal
    // The answerer's first message was read by whoever accepted the stream.
    try {
      while (this.isOpen && this.#stream === stream) {
        const message = await stream.readJson(pairMessageSchema, { signal: forever })
        await this.#dispatch({ type: 'message', message }, stream)
      }
    } catch (error) {
      this.#options.log.debug({ peerId: this.peerId, error: String(error) }, 'a pairing stream ended')
      await this.#dispatch({ type: 'closed' }, stream)
    }
  }

  /** One event after the other, each with all its effects; what came `from` a stream that was given up is dropped. */
  #dispatch(event: PairingEvent, from?: FramedStream): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (from === undefined || from === this.#stream) await this.#step(event)
    })
    return this.#queue
  }

  async #step(event: PairingEvent): Promise<void> {
    const before = this.#state
    const { state, effects } = stepPairing(before, event)
    this.#state = state
    for (const effect of effects) await this.#act(effect)
    if (state.phase === 'compare' && before.phase !== 'compare') {
      this.#setTimer(compareMs)
      this.#compared.resolve()
    }
    this.#announce()
  }

  #announce(): void {
    const view = this.view()
    const text = JSON.stringify(view)
    if (text === this.#announced) return
    this.#announced = text
    this.#options.onChange(view)
  }

  async #act(effect: PairingEffect): Promise<void> {
    switch (effect.type) {
      case 'send':
        await this.#send(effect.message)
        return
      case 'store':
        await this.#store(effect.radius)
        return
      case 'forget':
        await this.#options
          .takeBack()
          .catch((error: unknown) => this.#options.log.error({ error: String(error) }, 'could not take back a pairing'))
        return
      case 'paired':
        this.#end(null)
        return
      case 'failed':
        this.#end(pairingError(effect.code))
    }
  }

  async #send(message: PairMessage): Promise<void> {
    const { clock } = this.#options
    try {
      await withTimeLimit({ clock, ms: exchangeMs }, async (signal) => this.#stream?.writeJson(message, { signal }))
    } catch (error) {
      // The reading side sees the end of the stream too, and says so.
      this.#options.log.debug({ peerId: this.peerId, error: String(error) }, 'a pairing message was not sent')
    }
  }

  async #store(radius: Radius): Promise<void> {
    const { peerName, peerAddresses } = this.#state
    const addresses = [...this.#dialled, ...peerAddresses]
    try {
      await this.#options.store({ name: peerName ?? this.#options.peerName, addresses, radius })
    } catch (error) {
      this.#options.log.error({ peerId: this.peerId, error: String(error) }, 'could not store a pairing')
      void this.#dispatch({ type: 'cancel' })
      return
    }
    void this.#dispatch({ type: 'stored' })
  }

  #end(error: BaseError | null): void {
    this.#error = error
    this.#cancelTimer?.()
    this.#cancelTimer = null
    const { log } = this.#options
    const facts = { peerId: this.peerId, name: this.#state.peerName }
    if (error === null) log.info({ ...facts, radius: this.#state.radius }, 'paired by digits')
    else log.warn({ ...facts, code: error.code }, 'a pairing failed')
    void this.#stream?.close()
    this.#over.resolve()
  }

  #setTimer(delayMs: number): void {
    // Cancelled before it had a stream, it has ended already: nobody would cancel the timer, and it would keep a
    // daemon that stops from exiting.
    if (!this.isOpen) return
    this.#cancelTimer?.()
    this.#cancelTimer = this.#options.clock.after(delayMs, () => void this.#dispatch({ type: 'timeout' }))
  }
}
