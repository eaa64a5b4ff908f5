import type {
  AcceptInviteRequest,
  ConfirmPairingRequest,
  CreateInviteRequest,
  InviteView,
  OfferPairingRequest,
  PairedPeerView,
  PairingView
} from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import type { Radius } from '@unhosted/core/peers'
import { type PairMessage, pairMessageSchema, pairProtocol } from '@unhosted/core/protocol'
import { createEmitter, withTimeLimit } from '../../base/index.ts'
import { unknownPeer } from '../peer-errors.ts'
import { announceable, parseDialAddress } from '../streams/addresses.ts'
import { type AttemptLimit, createAttemptLimit } from '../streams/attempts.ts'
import type { FramedStream } from '../streams/framed-stream.ts'
import { introduction, issueInvite, message, readInvite, redeemInvite, serveRedeem } from './invite-exchange.ts'
import type { PairingOptions } from './pairing-options.ts'
import { findPaired, findPeer, newRecord, pairingError } from './pairing-records.ts'
import type { PairingService } from './pairing-service.ts'
import { PairingSession } from './pairing-session.ts'

/** Offers from others that may wait for a person at a time. */
const maxOffers = 4
/** Streams that strangers may begin on the pairing protocol within a minute, greetings among them. */
const streamLimits = { perAddress: 40, inAll: 120 }
/** Of these, those that are more than a greeting. */
const attemptLimits = { perAddress: 20, inAll: 60 }
/** Offers within a minute. Each gives someone in the middle one guess in a million at the digits: few keep it that way. */
const offerLimits = { perAddress: 10, inAll: 10 }
const messageTimeoutMs = 10_000
const unpairNoticeMs = 1000
/** Finished pairings stay visible this long, for whoever asks how it went. */
const finishedVisibleMs = 60_000

type Signalled = { readonly signal: AbortSignal }

export function createPairing(options: PairingOptions): PairingService {
  return new Pairing(options)
}

class Pairing implements PairingService {
  readonly #options: PairingOptions
  readonly #events
  readonly #sessions = new Map<string, PairingSession>()
  /** Ends the mark of a session in OngoingPairings, by the id of the session. */
  readonly #endings = new Map<string, () => void>()
  /** Messages that are being exchanged with each peer, apart from offers made here. */
  readonly #exchanges = new Map<string, number>()
  /** Cancels what is still due. */
  readonly #cancels = new Set<() => void>()
  readonly #stopping = new AbortController()
  readonly #streams: AttemptLimit
  readonly #attempts: AttemptLimit
  readonly #offers: AttemptLimit

  constructor(options: PairingOptions) {
    this.#options = options
    this.#events = createEmitter<{ change: PairingView }>(options.log)
    this.#streams = createAttemptLimit(streamLimits, options.clock)
    this.#attempts = createAttemptLimit(attemptLimits, options.clock)
    this.#offers = createAttemptLimit(offerLimits, options.clock)
  }

  start(): void {
    this.#options.host.switchboard.handleOpen(pairProtocol, (stream, { peerId, signal }) =>
      this.#serve(stream, peerId, signal)
    )
  }

  createInvite(request: CreateInviteRequest): Promise<InviteView> {
    return issueInvite(this.#options, request)
  }

  async acceptInvite(request: AcceptInviteRequest, options: Signalled): Promise<PairedPeerView> {
    const invite = readInvite(this.#options, request.invite)
    return await this.#whileExchanging(invite.peerId, () => redeemInvite(this.#options, invite, request, options))
  }

  async offer(request: OfferPairingRequest, { signal }: { readonly signal: AbortSignal }): Promise<PairingView> {
    const { host, peersStore, defaultPort } = this.#options
    const given = request.address === null ? null : parseDialAddress(request.address, defaultPort)
    const found = request.peer === null ? null : findPeer(request.peer, host.peers())
    const peerId = found?.peerId ?? given?.peerId ?? null
    const addresses = given === null ? (found?.addresses ?? []) : [given.address]
    const connection = await host.switchboard.dial(peerId, addresses, signal)
    const remote = connection.remotePeer.toString()
    // Asked after dialling: the other side may have offered meanwhile, and one pairing is enough.
    const waiting = [...this.#sessions.values()].find(({ peerId, isOpen }) => peerId === remote && isOpen)
    if (waiting !== undefined) {
      await waiting.comparable()
      return waiting.view()
    }
    const session = this.#newSession(remote, 'offerer', request.radius)
    session.note({ addresses: announceable([...addresses, ...(peersStore.get(remote)?.addresses ?? [])]) })
    try {
      await session.run(await host.switchboard.openOnOrAnew(connection, addresses, pairProtocol, signal), signal)
    } catch (error) {
      this.#sessions.delete(session.id)
      this.#markOver(session.id)
      throw error
    }
    return session.view()
  }

  pending(): readonly PairingView[] {
    return [...this.#sessions.values()].filter(({ isOpen }) => isOpen).map((session) => session.view())
  }

  async confirm({ id, accept, radius }: ConfirmPairingRequest): Promise<PairingView> {
    const session = this.#sessions.get(id)
    if (session === undefined) {
      throw new BaseError('PAIRING_REFUSED', 'That pairing is over.', { advice: 'Start again on both machines.' })
    }
    return await session.decide(accept, radius)
  }

  async unpair(peer: string): Promise<PairedPeerView> {
    const { host } = this.#options
    const { peerId } = findPaired(peer, host.peers())
    const record = await host.removePeer(peerId, { remember: true })
    if (record === undefined) throw unknownPeer(peer)
    await this.#sendUnpair(peerId)
    host.switchboard.cut(peerId, 'unpaired')
    return { peerId, name: record.name, radius: record.radius }
  }

  tellUnpaired(peerId: string): void {
    void this.#sendUnpair(peerId).then(() => {
      if (this.#options.peersStore.get(peerId) === undefined && !this.#options.ongoing.has(peerId)) {
        this.#options.host.switchboard.cut(peerId, 'unpaired')
      }
    })
  }

  onChange(listener: (view: PairingView) => void): () => void {
    return this.#events.on('change', listener)
  }

  stop(): void {
    this.#stopping.abort()
    for (const session of this.#sessions.values()) session.cancel()
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
    this.#sessions.clear()
  }

  /** Whoever opens the pairing protocol, stranger or not. */
  async #serve(stream: FramedStream, peerId: string, signal: AbortSignal): Promise<void> {
    await this.#whileExchanging(peerId, async () => {
      if (!this.#mayTry(this.#streams, stream)) throw pairingError('PAIRING_REFUSED')
      const first = await stream.readJson(pairMessageSchema, { signal, timeoutMs: messageTimeoutMs })
      if (first.type !== 'greet' && !this.#mayTry(this.#attempts, stream)) throw pairingError('PAIRING_REFUSED')
      if (first.type === 'greet') return await this.#options.greeter.answer(stream, first, { signal })
      if (first.type === 'redeem') await serveRedeem(this.#options, stream, first, { signal })
      else if (first.type === 'unpair') await this.#serveUnpair(stream, peerId, signal)
      else if (first.type === 'offer') await this.#serveOffer(stream, peerId, first, signal)
      else throw pairingError('PEER_PROTOCOL')
    })
  }

  async #serveUnpair(stream: FramedStream, peerId: string, signal: AbortSignal): Promise<void> {
    const { host, log, peersStore } = this.#options
    const record = peersStore.get(peerId)
    // Streams are cut by hand here: the notice itself is answered first.
    await stream.writeJson(message({ type: 'unpair' }), { signal })
    await stream.closeWrite()
    if (record !== undefined) log.info({ peerId, name: record.name }, 'the other side unpaired')
    await host.removePeer(peerId, { remember: false })
  }

  async #serveOffer(
    stream: FramedStream,
    peerId: string,
    offer: Extract<PairMessage, { type: 'offer' }>,
    signal: AbortSignal
  ): Promise<void> {
    const mine = [...this.#sessions.values()].find((session) => session.isOpen && session.peerId === peerId)
    if (mine !== undefined) {
      // Both offered at once: the offer of the smaller id stands, so that both people see the same digits.
      if (!mine.initiatedHere || this.#options.host.peerId < peerId) {
        await mine.ended
        return
      }
      if (mine.mayGiveWay) await mine.answerInstead(stream, offer, signal)
      else await this.#refuse(stream, signal)
      return
    }
    const waiting = [...this.#sessions.values()].filter((session) => session.isOpen && !session.initiatedHere)
    if (waiting.length >= maxOffers || !this.#mayTry(this.#offers, stream)) {
      await this.#refuse(stream, signal)
      return
    }
    const session = this.#newSession(peerId, 'answerer', offer.radius)
    await session.answer(stream, offer, signal)
  }

  #refuse(stream: FramedStream, signal: AbortSignal): Promise<void> {
    return stream.writeJson(message({ type: 'refuse', code: 'PAIRING_REFUSED' }), { signal })
  }

  #newSession(peerId: string, role: 'offerer' | 'answerer', radius: Radius): PairingSession {
    const { host, log, peersStore, ongoing, clock } = this.#options
    const previous = peersStore.get(peerId)
    const session = new PairingSession({
      role,
      selfId: host.peerId,
      peerId,
      peerName: host.peer(peerId)?.name ?? peerId.slice(-8),
      radius,
      clock,
      log,
      introduction: () => introduction(this.#options),
      store: async (facts) => host.addPeer(newRecord({ peerId, ...facts, pairedAt: clock.now() })),
      takeBack: () => host.restorePeer(peerId, previous),
      onChange: (view) => {
        this.#events.emit('change', view)
        if (view.state === 'paired' || view.state === 'failed') this.#onSessionOver(view)
      }
    })
    this.#sessions.set(session.id, session)
    this.#endings.set(session.id, ongoing.begin(peerId))
    return session
  }

  #onSessionOver({ id, peerId, state }: PairingView): void {
    this.#markOver(id)
    if (state === 'paired') this.#options.host.pairingCompleted(peerId)
    if (this.#stopping.signal.aborted) return
    const cancel = this.#options.clock.after(finishedVisibleMs, () => {
      this.#cancels.delete(cancel)
      this.#sessions.delete(id)
    })
    this.#cancels.add(cancel)
  }

  #markOver(id: string): void {
    this.#endings.get(id)?.()
    this.#endings.delete(id)
  }

  /** Best effort: a peer that is away is told when it comes back. */
  async #sendUnpair(peerId: string): Promise<void> {
    const { host, log, peersStore, clock } = this.#options
    const connection = host.switchboard.connections(peerId)[0]
    if (connection === undefined) return
    try {
      await withTimeLimit({ clock, ms: unpairNoticeMs, signal: this.#stopping.signal }, async (signal) => {
        const stream = await host.switchboard.openOn(connection, pairProtocol, signal)
        await stream.writeJson(message({ type: 'unpair' }), { signal })
        const answer = await stream.readJson(pairMessageSchema, { signal })
        if (answer.type === 'unpair') await peersStore.forgetUnpaired(peerId)
        await stream.close()
      })
    } catch (error) {
      log.debug({ peerId, error: String(error) }, 'could not tell a peer that it is unpaired')
    }
  }

  #mayTry(limit: AttemptLimit, { remotePeerId, remoteAddress }: FramedStream): boolean {
    return this.#options.peersStore.get(remotePeerId) !== undefined || limit.take(remoteAddress)
  }

  /** When the last message is exchanged, both sides have stored each other or neither has. */
  async #whileExchanging<T>(peerId: string, work: () => Promise<T>): Promise<T> {
    const end = this.#options.ongoing.begin(peerId)
    this.#exchanges.set(peerId, (this.#exchanges.get(peerId) ?? 0) + 1)
    try {
      return await work()
    } finally {
      end()
      const left = (this.#exchanges.get(peerId) ?? 1) - 1
      if (left > 0) this.#exchanges.set(peerId, left)
      else {
        this.#exchanges.delete(peerId)
        this.#options.host.pairingCompleted(peerId)
      }
    }
  }
}
