import { z } from 'zod'
import { boundedLine, boundedList, boundedMs, boundedText, count, type DeepReadonly } from '../shapes/index.ts'
import { healthWarningSchema } from './health-warning.ts'
import { engineViewSchema, instanceViewSchema, leaseViewSchema, pairingViewSchema, peerViewSchema } from './views.ts'

/** What the daemon announces, one JSON document a line, on `serve --json` and on GET /events. */
export const daemonEventSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('ready'),
    endpoint: boundedLine,
    peerId: boundedLine,
    name: boundedLine,
    pid: count,
    peerAddresses: boundedList(boundedLine)
  }),
  z.object({ event: z.literal('engine'), engine: engineViewSchema }),
  z.object({ event: z.literal('peer'), peer: peerViewSchema }),
  z.object({ event: z.literal('pairing'), pairing: pairingViewSchema }),
  z.object({ event: z.literal('unpaired'), peerId: boundedLine, name: boundedLine }),
  z.object({ event: z.literal('instance'), instance: instanceViewSchema }),
  z.object({
    event: z.literal('instance-gone'),
    modelId: boundedLine,
    modelName: boundedLine,
    reason: boundedText
  }),
  z.object({ event: z.literal('lease'), lease: leaseViewSchema }),
  z.object({ event: z.literal('lease-gone'), lease: leaseViewSchema, reason: boundedText }),
  z.object({
    event: z.literal('request'),
    path: boundedLine,
    modelName: boundedLine,
    servedBy: boundedLine,
    status: count,
    durationMs: boundedMs
  }),
  z.object({ event: z.literal('warning'), warning: healthWarningSchema }),
  z.object({ event: z.literal('stopping') })
])
export type DaemonEvent = DeepReadonly<z.output<typeof daemonEventSchema>>
