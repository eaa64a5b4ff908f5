import { randomBytes } from 'node:crypto'
import { peerIdFromString } from '@libp2p/peer-id'
import type { AcceptInviteRequest, CreateInviteRequest, InviteView, PairedPeerView } from '@unhosted/core/control'
import { BaseError, isBaseError } from '@unhosted/core/errors'
import { type PairMessage, pairMessageSchema, pairProtocol } from '@unhosted/core/protocol'
import { encodeInvite, hashInviteToken, type Invite, maxInviteAddresses, parseInvite } from '@unhosted/core/trust'
import { isLoopback } from '../streams/addresses.ts'
import type { FramedStream } from '../streams/framed-stream.ts'
import type { InviteExchangeOptions } from './pairing-options.ts'
import { newRecord, pairingError } from './pairing-records.ts'

const messageTimeoutMs = 10_000

type Signalled = { readonly signal: AbortSignal }

/** Write an invite and remember its hash. @throws BaseError USAGE | DISK_FULL | HOME_UNUSABLE */
export async function issueInvite(options: InviteExchangeOptions, request: CreateInviteRequest): Promise<InviteView> {
  const { host, invitesStore, clock } = options
  const { radius } = request
  const token = randomBytes(16).toString('base64url')
  const expiresAt = Math.floor((clock.now() + request.expiresInMs) / 1000) * 1000
  await invitesStore.add({ tokenHash: hashInviteToken(token), radius, expiresAt })
  const all = host.addresses()
  const distant = all.filter((address) => !isLoopback(address))
  const addresses = (distant.length > 0 ? distant : all).slice(0, maxInviteAddresses)
  const invite = encodeInvite({ peerId: host.peerId, name: host.name, addresses, expiresAt, token, radius })
  return { invite, radius, expiresAt }
}

/** @throws BaseError INVITE_INVALID | USAGE (made on this machine) */
export function readInvite(options: InviteExchangeOptions, text: string): Invite {
  const invite = parseInvite(text)
  if (!belongsToKey(invite.peerId)) {
    throw new BaseError('INVITE_INVALID', 'This is not a usable invite: the id in it belongs to no key.')
  }
  if (invite.peerId !== options.host.peerId) return invite
  throw new BaseError('USAGE', 'This invite was made on this very machine.', {
    advice: 'Run unhosted pair with it on the other machine.'
  })
}

/** Base58 that core has checked may still be no id of libp2p. */
function belongsToKey(peerId: string): boolean {
  try {
    return peerIdFromString(peerId).type !== 'url'
  } catch {
    return false
  }
}

/**
 * The guest's side. Resolves once both have stored each other.
 * @throws BaseError INVITE_* | PEER_UNREACHABLE | IDENTITY_CHANGED | PEER_LOST | PEER_PROTOCOL | CANCELLED; nothing is stored then
 */
export async function redeemInvite(
  options: InviteExchangeOptions,
  invite: Invite,
  request: AcceptInviteRequest,
  { signal }: Signalled
): Promise<PairedPeerView> {
  const { host, peersStore, clock } = options
  const { peerId } = invite
  const radius = request.radius ?? invite.radius
  const stream = await reachIssuer(options, invite, signal)
  try {
    await stream.writeJson(message({ type: 'redeem', ...introduction(options), token: invite.token }), { signal })
    const answer = await stream.readJson(pairMessageSchema, { signal, timeoutMs: messageTimeoutMs })
    if (answer.type === 'refuse') throw pairingError(answer.code)
    if (answer.type !== 'redeemed') throw pairingError('PEER_PROTOCOL')
    const { name, addresses } = answer
    const previous = peersStore.get(peerId)
    await host.addPeer(newRecord({ peerId, name, addresses, radius, pairedAt: clock.now() }))
    try {
      await stream.writeJson(message({ type: 'stored' }), { signal })
    } catch (error) {
      await host.restorePeer(peerId, previous)
      throw error
    }
    await stream.close()
    return { peerId, name, radius }
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}

/** The issuer's side, after the first message. */
export async function serveRedeem(
  options: InviteExchangeOptions,
  stream: FramedStream,
  redeem: Extract<PairMessage, { type: 'redeem' }>,
  { signal }: Signalled
): Promise<void> {
  const { host, invitesStore, peersStore, clock, log } = options
  const { name, addresses } = redeem
  const peerId = stream.remotePeerId
  const result = await invitesStore.redeem(hashInviteToken(redeem.token), peerId)
  if (!result.ok) {
    log.warn({ peerId, code: result.code }, 'refused an invite')
    await stream.writeJson(message({ type: 'refuse', code: result.code }), { signal })
    return
  }
  const previous = peersStore.get(peerId)
  await host.addPeer(newRecord({ peerId, name, addresses, radius: result.radius, pairedAt: clock.now() }))
  try {
    await stream.writeJson(message({ type: 'redeemed', ...introduction(options) }), { signal })
    const end = await stream.readJson(pairMessageSchema, { signal, timeoutMs: messageTimeoutMs })
    if (end.type !== 'stored') throw pairingError('PEER_PROTOCOL')
    log.info({ peerId, name, radius: result.radius }, 'paired by invite')
  } catch (error) {
    await host.restorePeer(peerId, previous)
    throw error
  }
}

export function introduction({ host }: Pick<InviteExchangeOptions, 'host'>): { name: string; addresses: string[] } {
  return { name: host.name, addresses: [...host.addresses()] }
}

/** Gives a literal the type of a message, so that the compiler checks what is sent. */
export function message(content: PairMessage): PairMessage {
  return content
}

async function reachIssuer(options: InviteExchangeOptions, invite: Invite, signal: AbortSignal): Promise<FramedStream> {
  const { host, clock } = options
  const seen = host.peer(invite.peerId)?.addresses ?? []
  try {
    const addresses = [...invite.addresses, ...seen]
    const connection = await host.switchboard.dial(invite.peerId, addresses, signal)
    return await host.switchboard.openOnOrAnew(connection, addresses, pairProtocol, signal)
  } catch (error) {
    // Whoever let an invite lie for long need not look for a fault in the network.
    const isLate = isBaseError(error, 'PEER_UNREACHABLE') && invite.expiresAt <= clock.now()
    throw isLate ? pairingError('INVITE_EXPIRED') : error
  }
}
