import type { DaemonStatus, HealthWarning, PeersReport } from '@unhosted/core/control'
import type { PlanResult } from '@unhosted/core/planner'
import { type Clock, withTimeLimit } from './base/index.ts'
import type { ControlService } from './control/index.ts'
import type { DaemonEvents } from './daemon-events.ts'
import type { DaemonParts } from './daemon-parts.ts'
import { findPaired, findPeer, type Peering } from './p2p/index.ts'
import { refreshInventories } from './router/index.ts'

/** All that the owner's API reaches. */
export interface DaemonServiceOptions extends DaemonParts {
  readonly name: string
  readonly version: string
  /** Unix time, ms. */
  readonly startedAt: number
  readonly clock: Clock
  readonly events: DaemonEvents
  readonly peering: Peering
  readonly warnings: () => readonly HealthWarning[]
  readonly stop: () => void
}

/** What the daemon does for its owner; see ControlService. */
export function createDaemonService(parts: DaemonServiceOptions): ControlService {
  const { peering, machines, planning, store, clock } = parts
  const { host, pairing } = peering
  return {
    status: () => status(parts),
    async peers({ signal }) {
      await refreshInventories(host, clock, signal)
      return peersReport(parts)
    },
    createInvite: (request) => pairing.createInvite(request),
    acceptInvite: (request, options) => pairing.acceptInvite(request, options),
    offerPairing: (request, options) => pairing.offer(request, options),
    pendingPairings: async () => pairing.pending(),
    confirmPairing: (request) => pairing.confirm(request),
    async grant({ peer, infer, pool }) {
      const { peerId, name, radius, grants } = await host.regrant(findPaired(peer, host.peers()).peerId, (now) => ({
        ...now,
        infer: infer ?? now.infer,
        pool: pool ?? now.pool
      }))
      return { peerId, name, radius, grants }
    },
    unpair: ({ peer }) => pairing.unpair(peer),
    measureLink: ({ peer }, options) => host.measure(findPeer(peer, host.peers()).peerId, options),
    servableModels: () => parts.dispatcher.models(),
    isModelLoaded: async ({ modelId }) => ({ loaded: parts.instances.uses(modelId) }),
    async plan({ model, contextSize }, { signal }) {
      const stored = await store.find(model)
      await refreshInventories(host, clock, signal)
      // What is loaded takes the room it would be planned into: its own plan is the truth.
      const loaded = parts.instances
        .views()
        .find(({ modelId, plan }) => modelId === stored.id && (contextSize ?? plan.contextSize) === plan.contextSize)
      const result: PlanResult =
        loaded === undefined
          ? await planning.plan(stored, { purpose: 'generate', without: new Set(), unloaded: [], contextSize, signal })
          : { ok: true, plan: loaded.plan }
      const own = await parts.inventory.inventory(signal)
      const inventories = [own, ...machines.planPeers().map(({ inventory }) => inventory)]
      const devices = inventories.flatMap(({ peerId, name, devices }) =>
        devices.map((device) => ({ peerId, machine: name, device }))
      )
      return { result, loaded: loaded !== undefined, devices }
    },
    doctor: async () => parts.warnings(),
    subscribe: parts.events.subscribe,
    async stop() {
      parts.stop()
      return { stopping: true }
    }
  }
}

async function status(parts: DaemonServiceOptions): Promise<DaemonStatus> {
  const { host } = parts.peering
  const presences = host.peers()
  const inventory = await withTimeLimit({ clock: parts.clock, ms: 5000 }, parts.inventory.inventory)
  return {
    name: parts.name,
    peerId: host.peerId,
    version: parts.version,
    pid: process.pid,
    startedAt: parts.startedAt,
    endpoint: parts.gateway.endpoint,
    peerAddresses: host.addresses(),
    engine: parts.engine.view(),
    devices: inventory.devices,
    instances: parts.instances.views(),
    leases: [...parts.leaseServer.leases(), ...parts.leaseClient.leases()],
    peersConnected: presences.filter(({ state }) => state === 'connected').length,
    peersPaired: presences.filter(({ record }) => record !== null).length,
    warnings: parts.warnings()
  }
}

function peersReport(parts: DaemonServiceOptions): PeersReport {
  return { peers: parts.machines.views(), warnings: parts.peering.explainDiscovery() }
}
