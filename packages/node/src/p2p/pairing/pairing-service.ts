import type {
  AcceptInviteRequest,
  ConfirmPairingRequest,
  CreateInviteRequest,
  InviteView,
  OfferPairingRequest,
  PairedPeerView,
  PairingView
} from '@unhosted/core/control'

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
  /** Tell a peer that came back that it is no longer paired. */
  tellUnpaired(peerId: string): void
  /** Every change of a pairing. @returns a function that removes the listener. */
  onChange(listener: (view: PairingView) => void): () => void
  /** Serve the pairing protocol. */
  start(): void
  /** Idempotent. */
  stop(): void
}
