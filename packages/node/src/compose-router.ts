import type { LocalMachine } from './compose-local.ts'
import type { ComposeOptions } from './compose-options.ts'
import type { Leases } from './compose-pool.ts'
import {
  createAllocator,
  createLostPeers,
  createMachines,
  createPlanning,
  Instances,
  type LostPeers,
  llamaServerStarter,
  type Machines,
  type Planning,
  refreshInventories
} from './router/index.ts'

/** Where a request may be served, and the models that are loaded for it here. */
export interface Placing {
  readonly lostPeers: LostPeers
  readonly machines: Machines
  readonly planning: Planning
  readonly instances: Instances
}

export function createPlacing(options: ComposeOptions, local: LocalMachine, leases: Leases): Placing {
  const { clock } = options
  const { host } = options.peering
  const { contextSize } = options.config.models
  const { inventory } = local
  const lostPeers = createLostPeers({ clock, log: options.log.component('router') })
  const machines = createMachines({
    presences: () => host.peers(),
    inventories: host.inventories,
    own: inventory.last,
    isLost: lostPeers.has,
    contextSize
  })
  const planning = createPlanning({ inventory: inventory.inventory, peers: machines.planPeers, contextSize })
  const instances = createInstances(options, local, { leases, lostPeers, planning })
  return { lostPeers, machines, planning, instances }
}

function createInstances(
  options: ComposeOptions,
  { engine, ledger, loaded }: LocalMachine,
  {
    leases,
    lostPeers,
    planning
  }: { readonly leases: Leases; readonly lostPeers: LostPeers; readonly planning: Planning }
): Instances {
  const { clock, events } = options
  const { idleUnloadMs, parallel } = options.config.models
  const log = options.log.component('router')
  const allocator = createAllocator({
    plan: async (model, request) => {
      await refreshInventories(options.peering.host, clock, request.signal)
      return planning.plan(model, { ...request, contextSize: null })
    },
    ledger,
    leases: leases.leaseClient,
    engineVersion: async (wait) => (await engine.runner(wait)).engine.version,
    onPeerLost: lostPeers.add,
    log
  })
  return new Instances({
    allocator,
    start: llamaServerStarter({ runner: engine.runner, parallel }),
    idleUnloadMs: idleUnloadMs === 0 ? Number.POSITIVE_INFINITY : idleUnloadMs,
    loaded,
    clock,
    log,
    onChange: (instance) => events.emit({ event: 'instance', instance }),
    onGone: ({ modelId, modelName }, reason) => events.emit({ event: 'instance-gone', modelId, modelName, reason })
  })
}
