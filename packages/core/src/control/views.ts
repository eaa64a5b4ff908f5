import { z } from 'zod'
import { errorDocumentSchema } from '../errors/index.ts'
import { deviceSchema, heldModelSchema, linkSchema } from '../facts/inventory/index.ts'
import { grantsSchema, radiusSchema } from '../facts/peers/index.ts'
import { planResultSchema, planSchema } from '../planner/index.ts'
import { boundedLine, boundedList, boundedMs, count, type DeepReadonly } from '../shapes/index.ts'
import { healthWarningSchema } from './health-warning.ts'

// What the daemon answers. Fields that this version does not know are dropped, so the strict schemas of what peers send
// are loosened here.
const device = z.object(deviceSchema.shape)
const heldModel = z.object(heldModelSchema.shape)

export const engineViewSchema = z.object({
  state: z.enum(['missing', 'building', 'ready', 'failed']),
  version: boundedLine.nullable(),
  directory: boundedLine.nullable(),
  /** Where it came from: `config`, `cache`, `path`, `package`, `build`. */
  source: boundedLine.nullable(),
  buildProgress: z.object({ done: z.number().min(0), total: z.number().min(0) }).nullable()
})
export type EngineView = DeepReadonly<z.output<typeof engineViewSchema>>

/** Memory lent to a peer (`lent`) or borrowed from one (`borrowed`). */
export const leaseViewSchema = z.object({
  id: boundedLine,
  direction: z.enum(['lent', 'borrowed']),
  peerId: boundedLine,
  peerName: boundedLine,
  deviceId: boundedLine,
  bytes: z.number().min(0),
  modelName: boundedLine,
  tunnel: z.enum(['tls', 'libp2p']).nullable(),
  bytesSent: z.number().min(0),
  bytesReceived: z.number().min(0),
  /** Unix time, ms. */
  since: boundedMs
})
export type LeaseView = DeepReadonly<z.output<typeof leaseViewSchema>>

/** A loaded (or loading) model on this machine. Times are Unix time, ms. */
export const instanceViewSchema = z.object({
  modelId: boundedLine,
  modelName: boundedLine,
  state: z.enum(['loading', 'ready', 'stopping']),
  plan: planSchema,
  activeRequests: count,
  loadedAt: boundedMs.nullable(),
  idleUnloadAt: boundedMs.nullable(),
  leases: boundedList(leaseViewSchema)
})
export type InstanceView = DeepReadonly<z.output<typeof instanceViewSchema>>

export const peerViewSchema = z.object({
  peerId: boundedLine,
  name: boundedLine,
  paired: z.boolean(),
  radius: radiusSchema.nullable(),
  grants: grantsSchema.nullable(),
  state: z.enum(['connected', 'seen', 'offline']),
  addresses: boundedList(boundedLine),
  devices: boundedList(device),
  models: boundedList(heldModel),
  engineVersion: boundedLine.nullable(),
  /** Why this peer can have no part in a pool now; null when it can. */
  cannotPool: boundedLine.nullable(),
  link: linkSchema.nullable()
})
export type PeerView = DeepReadonly<z.output<typeof peerViewSchema>>

export const daemonStatusSchema = z.object({
  name: boundedLine,
  peerId: boundedLine,
  version: boundedLine,
  pid: count,
  /** Unix time, ms. */
  startedAt: boundedMs,
  endpoint: boundedLine,
  peerAddresses: boundedList(boundedLine),
  engine: engineViewSchema,
  devices: boundedList(device),
  instances: boundedList(instanceViewSchema),
  leases: boundedList(leaseViewSchema),
  peersConnected: count,
  peersPaired: count,
  warnings: boundedList(healthWarningSchema)
})
export type DaemonStatus = DeepReadonly<z.output<typeof daemonStatusSchema>>

export const peersReportSchema = z.object({
  peers: boundedList(peerViewSchema),
  /** Why nothing, or not all, is found; empty when all is well. */
  warnings: boundedList(healthWarningSchema)
})
export type PeersReport = DeepReadonly<z.output<typeof peersReportSchema>>

/** A model as the gateway and the CLI list it. */
export const servableModelSchema = z.object({
  id: boundedLine,
  names: boundedList(boundedLine),
  sizeBytes: z.number().min(0),
  /** Machines that hold it; the first is where a request goes now. */
  holders: boundedList(z.object({ peerId: boundedLine, machine: boundedLine, loaded: z.boolean() }))
})
export type ServableModel = DeepReadonly<z.output<typeof servableModelSchema>>

/** A pairing waiting for a person on this machine. */
export const pairingViewSchema = z.object({
  id: boundedLine,
  peerId: boundedLine,
  peerName: boundedLine,
  initiatedHere: z.boolean(),
  radius: radiusSchema,
  /** Six digits, once both sides have revealed. */
  digits: boundedLine.nullable(),
  state: z.enum(['offered', 'compare', 'waiting', 'paired', 'failed']),
  error: errorDocumentSchema.nullable()
})
export type PairingView = DeepReadonly<z.output<typeof pairingViewSchema>>

export const planReportSchema = z.object({
  result: planResultSchema,
  /** Whether `result` is how the model is loaded at this moment, or is being loaded. */
  loaded: z.boolean(),
  devices: boundedList(z.object({ peerId: boundedLine, machine: boundedLine, device }))
})
/** @internal */
export type PlanReport = DeepReadonly<z.output<typeof planReportSchema>>

/** A single-use invite, as `unhosted pair --invite` prints it. Holds a secret: never log it. */
export const inviteViewSchema = z.object({
  invite: boundedLine,
  radius: radiusSchema,
  /** Unix time, ms. */
  expiresAt: boundedMs
})
export type InviteView = DeepReadonly<z.output<typeof inviteViewSchema>>

/** The outcome of a pairing or an unpairing. */
export const pairedPeerViewSchema = z.object({ peerId: boundedLine, name: boundedLine, radius: radiusSchema })
export type PairedPeerView = DeepReadonly<z.output<typeof pairedPeerViewSchema>>

/** What a peer may do here from now on. */
export const grantedViewSchema = pairedPeerViewSchema.extend({ grants: grantsSchema })
export type GrantedView = DeepReadonly<z.output<typeof grantedViewSchema>>

/** Body of an error answer, and the line that a command prints with --json when it fails. */
export const controlErrorSchema = z.object({ error: errorDocumentSchema })
export type ControlError = DeepReadonly<z.output<typeof controlErrorSchema>>
