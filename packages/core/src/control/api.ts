import type { Device, HeldModel, Link } from '../facts/inventory/index.ts'
import type { Grants, Radius } from '../facts/peers/index.ts'
import type { Plan, PlanResult } from '../planner/index.ts'

/** One thing that is wrong or worth knowing, with the way out; shared by serve, status, peers and doctor. */
export interface HealthWarning {
  /** Stable kebab-case id: `no-peers`, `multicast-blocked`, `engine-missing`. */
  readonly id: string
  readonly severity: 'info' | 'warning' | 'error'
  readonly text: string
  readonly advice: string
}

export interface EngineView {
  readonly state: 'missing' | 'building' | 'ready' | 'failed'
  readonly version: string | null
  readonly directory: string | null
  /** Where it came from: `config`, `cache`, `path`, `package`, `build`. */
  readonly source: string | null
  readonly buildProgress: { readonly done: number; readonly total: number } | null
}

/** A loaded (or loading) model on this machine. */
export interface InstanceView {
  readonly modelId: string
  readonly modelName: string
  readonly state: 'loading' | 'ready' | 'stopping'
  readonly plan: Plan
  readonly activeRequests: number
  readonly loadedAt: number | null
  readonly idleUnloadAt: number | null
  readonly leases: readonly LeaseView[]
}

/** Memory lent to a peer (`lent`) or borrowed from one (`borrowed`). */
export interface LeaseView {
  readonly id: string
  readonly direction: 'lent' | 'borrowed'
  readonly peerId: string
  readonly peerName: string
  readonly deviceId: string
  readonly bytes: number
  readonly modelName: string
  readonly tunnel: 'tls' | 'libp2p' | null
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly since: number
}

export interface PeerView {
  readonly peerId: string
  readonly name: string
  readonly paired: boolean
  readonly radius: Radius | null
  readonly grants: Grants | null
  readonly state: 'connected' | 'seen' | 'offline'
  readonly addresses: readonly string[]
  readonly devices: readonly Device[]
  readonly models: readonly HeldModel[]
  readonly engineVersion: string | null
  /** Why this peer can have no part in a pool now; null when it can. */
  readonly cannotPool: string | null
  readonly link: Link | null
}

export interface DaemonStatus {
  readonly name: string
  readonly peerId: string
  readonly version: string
  readonly pid: number
  readonly startedAt: number
  readonly endpoint: string
  readonly peerAddresses: readonly string[]
  readonly engine: EngineView
  readonly devices: readonly Device[]
  readonly instances: readonly InstanceView[]
  readonly leases: readonly LeaseView[]
  readonly peersConnected: number
  readonly peersPaired: number
  readonly warnings: readonly HealthWarning[]
}

export interface PeersReport {
  readonly peers: readonly PeerView[]
  /** Why nothing, or not all, is found; empty when all is well. */
  readonly warnings: readonly HealthWarning[]
}

/** A model as the gateway and the CLI list it. */
export interface ServableModel {
  readonly id: string
  readonly names: readonly string[]
  readonly sizeBytes: number
  /** Machines that hold it; the first is where a request goes now. */
  readonly holders: readonly { readonly peerId: string; readonly machine: string; readonly loaded: boolean }[]
}

/** A pairing waiting for a person on this machine. */
export interface PairingView {
  readonly id: string
  readonly peerId: string
  readonly peerName: string
  readonly initiatedHere: boolean
  readonly radius: Radius
  /** Six digits, once both sides have revealed. */
  readonly digits: string | null
  readonly state: 'offered' | 'compare' | 'waiting' | 'paired' | 'failed'
  readonly error: { readonly code: string; readonly message: string; readonly advice: string } | null
}

/** Body of an error answer on the control API. */
export interface ControlError {
  readonly error: { readonly code: string; readonly message: string; readonly advice: string }
}

export interface PlanReport {
  readonly result: PlanResult
  /** Whether `result` is how the model is loaded at this moment, or is being loaded. */
  readonly loaded: boolean
  readonly devices: readonly { readonly peerId: string; readonly machine: string; readonly device: Device }[]
}

/** What the daemon announces, one JSON document a line, on `serve --json` and on GET /events. */
export type DaemonEvent =
  | {
      readonly event: 'ready'
      readonly endpoint: string
      readonly peerId: string
      readonly name: string
      readonly pid: number
      readonly peerAddresses: readonly string[]
    }
  | { readonly event: 'engine'; readonly engine: EngineView }
  | { readonly event: 'peer'; readonly peer: PeerView }
  | { readonly event: 'pairing'; readonly pairing: PairingView }
  | { readonly event: 'unpaired'; readonly peerId: string; readonly name: string }
  | { readonly event: 'instance'; readonly instance: InstanceView }
  | { readonly event: 'instance-gone'; readonly modelId: string; readonly modelName: string; readonly reason: string }
  | { readonly event: 'lease'; readonly lease: LeaseView }
  | { readonly event: 'lease-gone'; readonly lease: LeaseView; readonly reason: string }
  | {
      readonly event: 'request'
      readonly path: string
      readonly modelName: string
      readonly servedBy: string
      readonly status: number
      readonly durationMs: number
    }
  | { readonly event: 'warning'; readonly warning: HealthWarning }
  | { readonly event: 'stopping' }
