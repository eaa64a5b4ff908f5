import { randomBytes } from 'node:crypto'
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
import { type PairMessage, pairMessageSchema, pairProtocol } from '@unhosted/core/protocol'
import { encodeInvite, hashInviteToken, maxInviteAddresses, type PeerRecord, parseInvite } from '@unhosted/core/trust'
import type { Log } from '../log/index.ts'
import { announceable, isLoopback, parseDialAddress } from './addresses.ts'
import type { ManagedPeerHost } from './create-peer-host.ts'
import { createEmitter } from './emitter.ts'
import type { FramedStream } from './framed-stream.ts'
import type { InvitesStore } from './invites-store.ts'
import { findPeer, newRecord, pairingError } from './pairing-records.ts'
import { PairingSession } from './pairing-session.ts'
import type { PeersStore } from './peers-store.ts'

/** Offers from others that may wait for a person at a time. */
const maxOffers = 4
/** Streams that strangers may begin on the pairing protocol within a minute: from one address, and all together. */
const maxAttemptsPerAddress = 20
const maxAttempts = 60
const messageTimeoutMs = 10_000
const unpairNoticeMs = 1000
/** Finished pairings stay visible this long, for whoever asks how it went. */
const afterglowMs = 60_000

/** Pairing and unpairing, as the control API offers them. */
export interface PairingService {
  /** @throws BaseError USAGE | DISK_FULL | HOME_UNUSABLE */
  createInvite(request: CreateInviteRequest): Promise<InviteView>
  /** Resolves once both sides have stored each other. @throws BaseError INVITE_* | PEER_UNREACHABLE | IDENTITY_CHANGED | CANCELLED */
  acceptInvite(request: AcceptInviteRequest, options: { readonly signal: AbortSignal }): Promise<PairedPeerView>
  /** Resolves when there are digits to compare. @throws BaseError PEER_UNKNOWN | PEER_UNREACHABLE | PAIRING_REFUSED | CANCELLED | USAGE */
  offer(request: OfferPairingRequest, options: { readonly signal: AbortSignal }): Promise<PairingView>
  /** From either side, not yet paired or failed. */
  pending(): readonly PairingView[]
  /** The person here has compared. @throws BaseError PAIRING_REFUSED where there is no such pairing any more */
  confirm(request: ConfirmPairingRequest): Promise<PairingView>
  /** Cuts the peer off at once, here and there. @throws BaseError PEER_UNKNOWN */
  unpair(peer: string): Promise<PairedPeerView>
  isPairing(peerId: string): boolean
  /** Tell a peer that came back that it is no longer paired. */
  tellUnpaired(peerId: string): void
  /** Every change of a pairing. @returns a function that removes the listener. */
  onChange(listener: (view: PairingView) => void): () => void
  stop(): void
}

export interface PairingOptions {
  readonly host: ManagedPeerHost
  readonly peersStore: PeersStore
  readonly invitesStore: InvitesStore
  readonly log: Log
  /** Port of an address that names none. */
  readonly defaultPort: number
  /** Unix time, ms. */
  readonly now: () => number
}

export function createPairing(options: PairingOptions): PairingService {
  return new Pairing(options)
}

class Pairing implements PairingService {
  readonly #options: PairingOptions
  readonly #events
  readonly #sessions = new Map<string, PairingSession>()
  /** Peers that an invite or a notice is exchanged with right now. */
  readonly #busy = new Map<string, number>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #stopping = new AbortController()
  #attempts: { readonly at: number; readonly address: string | null }[] = []

  constructor(options: PairingOptions) {
    this.#options = options
    this.#events = createEmitter<{ change: PairingView }>(options.log)
    options.host.switchboard.handleOpen(pairProtocol, (stream, { peerId, signal }) =>
      this.#serve(stream, peerId, signal)
    )
  }

  async createInvite({ radius, expiresInMs }: CreateInviteRequest): Promise<InviteView> {
    const { host, invitesStore, now } = this.#options
    const token = randomBytes(16).toString('base64url')
    const expiresAt = Math.floor((now() + expiresInMs) / 1000) * 1000
    await invitesStore.add({ tokenHash: hashInviteToken(token), radius, expiresAt })
    const all = host.addresses()
    const distant = all.filter((address) => !isLoopback(address))
    const addresses = (distant.length > 0 ? distant : all).slice(0, maxInviteAddresses)
    const invite = encodeInvite({ peerId: host.peerId, name: host.name, addresses, expiresAt, token, radius })
    return { invite, radius, expiresAt }
  }

  async acceptInvite(
    request: AcceptInviteRequest,
    { signal }: { readonly signal: AbortSignal }
  ): Promise<PairedPeerView> {
    const { host, now } = this.#options
    const invite = parseInvite(request.invite)
    if (invite.peerId === host.peerId) throw ownInvite()
    return await this.#whileBusy(invite.peerId, async () => {
      const seen = host.peer(invite.peerId)?.addresses ?? []
      const connection = await host.switchboard
        .dial(invite.peerId, [...invite.addresses, ...seen], signal)
        .catch((error) => {
          if (error instanceof BaseError && error.code === 'PEER_UNREACHABLE' && invite.expiresAt <= now())
            throw pairingError('INVITE_EXPIRED')
          throw error
        })
      const stream = await host.switchboard.openOn(connection, pairProtocol, signal)
      try {
        const message: PairMessage = { type: 'redeem', ...this.#introduction(), token: invite.token }
        await stream.writeJson(message, { signal })
        const answer = await stream.readJson(pairMessageSchema, { signal, timeoutMs: messageTimeoutMs })
        if (answer.type === 'refuse') throw pairingError(answer.code)
        if (answer.type !== 'redeemed') throw pairingError('PEER_PROTOCOL')
        const radius = request.radius ?? invite.radius
        const record = newRecord({ peerId: invite.peerId, ...answer, radius, pairedAt: now() })
        await host.admit(record)
        await stream.writeJson({ type: 'stored' } satisfies PairMessage, { signal })
        await stream.close()
        return { peerId: record.peerId, name: record.name, radius }
      } catch (error) {
        stream.abort(error instanceof Error ? error : new Error(String(error)))
        throw error
      }
    })
  }

  async offer(request: OfferPairingRequest, { signal }: { readonly signal: AbortSignal }): Promise<PairingView> {
    const { host, peersStore, defaultPort } = this.#options
    const given = request.address === null ? null : parseDialAddress(request.address, defaultPort)
    const found = request.peer === null ? null : findPeer(request.peer, host.peers())
    const peerId = found?.peerId ?? given?.peerId ?? null
    const waiting = [...this.#sessions.values()].find((session) => session.peerId === peerId && session.isOpen)
    if (waiting !== undefined) return waiting.view()
    const addresses = given === null ? (found?.addresses ?? []) : [given.address]
    const connection = await host.switchboard.dial(peerId, addresses, signal)
    const remote = connection.remotePeer.toString()
    const session = this.#newSession(remote, 'offerer', request.radius)
    session.note({ addresses: announceable([...addresses, ...(peersStore.get(remote)?.addresses ?? [])]) })
    try {
      await session.run(await host.switchboard.openOn(connection, pairProtocol, signal), signal)
    } catch (error) {
      this.#sessions.delete(session.id)
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
    const { peerId } = findPeer(
      peer,
      host.peers().filter(({ record }) => record !== null)
    )
    const record = await host.expel(peerId, { remember: true })
    if (record === undefined) throw findPeer.unknown(peer)
    await this.#sendUnpair(peerId)
    host.switchboard.cut(peerId, 'unpaired')
    return { peerId, name: record.name, radius: record.radius }
  }

  isPairing(peerId: string): boolean {
    return (
      this.#busy.has(peerId) ||
      [...this.#sessions.values()].some((session) => session.isOpen && session.peerId === peerId)
    )
  }

  tellUnpaired(peerId: string): void {
    void this.#sendUnpair(peerId).then(() => {
      if (this.#options.peersStore.get(peerId) === undefined && !this.isPairing(peerId)) {
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
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#sessions.clear()
  }

  /** Whoever opens the pairing protocol, stranger or not. */
  async #serve(stream: FramedStream, peerId: string, signal: AbortSignal): Promise<void> {
    await this.#whileBusy(peerId, async () => {
      if (!this.#mayTry(peerId, stream.remoteAddress)) throw pairingError('PAIRING_REFUSED')
      const first = await stream.readJson(pairMessageSchema, { signal, timeoutMs: messageTimeoutMs })
      if (first.type === 'redeem') await this.#serveRedeem(stream, peerId, first, signal)
      else if (first.type === 'unpair') await this.#serveUnpair(stream, peerId, signal)
      else if (first.type === 'offer') await this.#serveOffer(stream, peerId, first, signal)
      else throw pairingError('PEER_PROTOCOL')
    })
  }

  async #serveRedeem(
    stream: FramedStream,
    peerId: string,
    message: Extract<PairMessage, { type: 'redeem' }>,
    signal: AbortSignal
  ): Promise<void> {
    const { host, invitesStore, peersStore, log, now } = this.#options
    const result = await invitesStore.redeem(hashInviteToken(message.token), peerId)
    if (!result.ok) {
      log.warn({ peerId, code: result.code }, 'refused an invite')
      await stream.writeJson({ type: 'refuse', code: result.code } satisfies PairMessage, { signal })
      return
    }
    const previous = peersStore.get(peerId)
    await host.admit(
      newRecord({ peerId, name: message.name, addresses: message.addresses, radius: result.radius, pairedAt: now() })
    )
    try {
      await stream.writeJson({ type: 'redeemed', ...this.#introduction() } satisfies PairMessage, { signal })
      const end = await stream.readJson(pairMessageSchema, { signal, timeoutMs: messageTimeoutMs })
      if (end.type !== 'stored') throw pairingError('PEER_PROTOCOL')
      log.info({ peerId, name: message.name, radius: result.radius }, 'paired by invite')
    } catch (error) {
      await this.#takeBack(peerId, previous)
      throw error
    }
  }

  async #serveUnpair(stream: FramedStream, peerId: string, signal: AbortSignal): Promise<void> {
    const { host, log, peersStore } = this.#options
    const record = peersStore.get(peerId)
    // Streams are cut by hand here: the notice itself is answered first.
    await stream.writeJson({ type: 'unpair' } satisfies PairMessage, { signal })
    await stream.closeWrite()
    if (record !== undefined) log.info({ peerId, name: record.name }, 'the other side unpaired')
    await host.expel(peerId, { remember: false })
  }

  async #serveOffer(
    stream: FramedStream,
    peerId: string,
    message: Extract<PairMessage, { type: 'offer' }>,
    signal: AbortSignal
  ): Promise<void> {
    const mine = [...this.#sessions.values()].find((session) => session.isOpen && session.peerId === peerId)
    if (mine !== undefined) {
      // Both offered at once: the offer of the smaller id stands, so that both people see the same digits.
      if (!mine.initiatedHere || this.#options.host.peerId < peerId) {
        await mine.ended
        return
      }
      await mine.answerInstead(stream, message, signal)
      return
    }
    const waiting = [...this.#sessions.values()].filter((session) => session.isOpen && !session.initiatedHere)
    if (waiting.length >= maxOffers) {
      await stream.writeJson({ type: 'refuse', code: 'PAIRING_REFUSED' } satisfies PairMessage, { signal })
      return
    }
    const session = this.#newSession(peerId, 'answerer', message.radius)
    await session.answer(stream, message, signal)
  }

  #newSession(peerId: string, role: 'offerer' | 'answerer', radius: PeerRecord['radius']): PairingSession {
    const { host, log, peersStore, now } = this.#options
    const previous = peersStore.get(peerId)
    const session = new PairingSession({
      role,
      selfId: host.peerId,
      peerId,
      peerName: host.peer(peerId)?.name ?? peerId.slice(-8),
      radius,
      log,
      introduction: () => this.#introduction(),
      store: async (facts) => host.admit(newRecord({ peerId, ...facts, pairedAt: now() })),
      takeBack: () => this.#takeBack(peerId, previous),
      onChange: (view) => {
        this.#events.emit('change', view)
        if (view.state === 'paired') host.settle(peerId)
        if (view.state === 'paired' || view.state === 'failed') this.#forgetLater(view.id)
      }
    })
    this.#sessions.set(session.id, session)
    return session
  }

  #forgetLater(id: string): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#sessions.delete(id)
    }, afterglowMs)
    timer.unref()
    this.#timers.add(timer)
  }

  async #takeBack(peerId: string, previous: PeerRecord | undefined): Promise<void> {
    if (previous === undefined) await this.#options.host.expel(peerId, { remember: true })
    else await this.#options.peersStore.put(previous)
  }

  /** Best effort: a peer that is away is told when it comes back. */
  async #sendUnpair(peerId: string): Promise<void> {
    const { host, log, peersStore } = this.#options
    const connection = host.switchboard.connections(peerId)[0]
    if (connection === undefined) return
    const signal = AbortSignal.any([AbortSignal.timeout(unpairNoticeMs), this.#stopping.signal])
    try {
      const stream = await host.switchboard.openOn(connection, pairProtocol, signal)
      await stream.writeJson({ type: 'unpair' } satisfies PairMessage, { signal })
      const answer = await stream.readJson(pairMessageSchema, { signal })
      if (answer.type === 'unpair') await peersStore.forgetUnpaired(peerId)
      await stream.close()
    } catch (error) {
      log.debug({ peerId, error: String(error) }, 'could not tell a peer that it is unpaired')
    }
  }

  #introduction(): { name: string; addresses: string[] } {
    const { host } = this.#options
    return { name: host.name, addresses: [...host.addresses()] }
  }

  /** Each try at the digits is one guess in a million: few tries keep it that way. */
  #mayTry(peerId: string, address: string | null): boolean {
    if (this.#options.peersStore.get(peerId) !== undefined) return true
    const now = performance.now()
    this.#attempts = this.#attempts.filter(({ at }) => now - at < 60_000)
    const fromThere = this.#attempts.filter((attempt) => attempt.address === address)
    if (this.#attempts.length >= maxAttempts || fromThere.length >= maxAttemptsPerAddress) return false
    this.#attempts.push({ at: now, address })
    return true
  }

  async #whileBusy<T>(peerId: string, work: () => Promise<T>): Promise<T> {
    this.#busy.set(peerId, (this.#busy.get(peerId) ?? 0) + 1)
    try {
      return await work()
    } finally {
      const left = (this.#busy.get(peerId) ?? 1) - 1
      if (left > 0) this.#busy.set(peerId, left)
      else {
        this.#busy.delete(peerId)
        this.#options.host.settle(peerId)
      }
    }
  }
}

function ownInvite(): BaseError {
  return new BaseError('USAGE', 'This invite was made on this very machine.', {
    advice: 'Run unhosted pair with it on the other machine.'
  })
}
