import type {
  AcceptInviteRequest,
  ConfirmPairingRequest,
  CreateInviteRequest,
  DaemonEvent,
  DaemonStatus,
  GrantedView,
  GrantRequest,
  HealthWarning,
  InviteView,
  OfferPairingRequest,
  PairedPeerView,
  PairingView,
  PeersReport,
  PlanReport,
  PlanRequest,
  ServableModel
} from '@unhosted/core/control'
import type { Link } from '@unhosted/core/inventory'

/** Aborts when the caller of the control API hangs up or the daemon stops. */
export interface CallOptions {
  readonly signal: AbortSignal
}

/**
 * Everything the daemon does for its owner. The control server calls it with parsed requests;
 * `daemon-service.ts` implements it. Errors are BaseErrors and reach the CLI with code, message and advice.
 */
export interface ControlService {
  status(): Promise<DaemonStatus>
  peers(options: CallOptions): Promise<PeersReport>

  createInvite(request: CreateInviteRequest): Promise<InviteView>
  /** Resolves once both sides have stored each other. @throws BaseError INVITE_* | PEER_UNREACHABLE | IDENTITY_CHANGED | CANCELLED */
  acceptInvite(request: AcceptInviteRequest, options: CallOptions): Promise<PairedPeerView>
  /**
   * Offer an interactive pairing. Resolves with the pairing as soon as the other side has been
   * reached; what follows arrives as `pairing` events.
   * @throws BaseError PEER_UNKNOWN | PEER_UNREACHABLE | PAIRING_REFUSED | CANCELLED
   */
  offerPairing(request: OfferPairingRequest, options: CallOptions): Promise<PairingView>
  /** Pairings of this moment, from either side, that are not yet paired or failed. */
  pendingPairings(): Promise<readonly PairingView[]>
  /**
   * Answer for the person on this machine. Resolves with the pairing as it then stands: `waiting`
   * until the other person has answered as well.
   * @throws BaseError PAIRING_TIMEOUT | PAIRING_REFUSED (no such pairing any more)
   */
  confirmPairing(request: ConfirmPairingRequest): Promise<PairingView>
  /** Changes what a paired peer may do here, at once; leases that are no longer granted end. @throws BaseError PEER_UNKNOWN */
  grant(request: GrantRequest): Promise<GrantedView>
  /** Takes effect at once on both sides. @throws BaseError PEER_UNKNOWN */
  unpair(peer: string): Promise<PairedPeerView>
  /** Measure round trip and throughput now. @throws BaseError PEER_UNKNOWN | PEER_UNREACHABLE | CANCELLED */
  measureLink(peer: string, options: CallOptions): Promise<Link>

  servableModels(): Promise<readonly ServableModel[]>
  /** Whether an instance of it is loading or loaded here. */
  isModelLoaded(modelId: string): boolean
  /** @throws BaseError MODEL_UNKNOWN */
  plan(request: PlanRequest, options: CallOptions): Promise<PlanReport>

  /** Everything the daemon knows to be wrong, worst first. */
  doctor(options: CallOptions): Promise<readonly HealthWarning[]>
  /** @returns a function that removes the listener. Past events are not replayed. */
  subscribe(listener: (event: DaemonEvent) => void): () => void
  /** Begin to stop; resolves at once, the control server itself is closed by it. */
  stop(): Promise<void>
}
