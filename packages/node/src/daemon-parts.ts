import { availableParallelism } from 'node:os'
import type { Config } from '@unhosted/core/config'
import { version } from './base/version.ts'
import type { DaemonEvents } from './daemon-events.ts'
import {
  buildEngine,
  createEngineHost,
  createEngineRunner,
  defaultCacheDirectory,
  type EngineHost,
  type EngineHostOptions,
  findEngine
} from './engine/index.ts'
import { createGateway, type Gateway } from './gateway/index.ts'
import { createInventory, type InventorySource } from './inventory/index.ts'
import type { Log } from './log/index.ts'
import { createModelStore, heldModels, type ModelStore } from './models/index.ts'
import type { Peering } from './p2p/index.ts'
import {
  type Clock,
  createLeaseClient,
  createLeaseServer,
  createMemoryLedger,
  defaultLeaseLimits,
  type LeaseClient,
  type LeaseClientOptions,
  type LeaseServer
} from './pool/index.ts'
import {
  askPeer,
  createAllocator,
  createDispatcher,
  createLostPeers,
  createMachines,
  createPeerInferenceServer,
  createPlanning,
  type Dispatcher,
  defaultPeerInferenceLimits,
  Instances,
  type LostPeers,
  llamaServerStarter,
  type Machines,
  type PeerInferenceServer,
  type Planning,
  refreshInventories
} from './router/index.ts'
import type { HomePaths } from './store/index.ts'

export interface DaemonPartsOptions {
  readonly config: Config
  readonly paths: HomePaths
  readonly log: Log
  readonly environment: NodeJS.ProcessEnv
  readonly clock: Clock
  /** Name that peers see. */
  readonly name: string
  readonly peering: Peering
  readonly events: DaemonEvents
}

/** What the daemon consists of beside its peering and its control API; made, but not started. */
export interface DaemonParts {
  readonly engine: EngineHost
  readonly store: ModelStore
  readonly inventory: InventorySource
  readonly leaseServer: LeaseServer
  readonly leaseClient: LeaseClient
  readonly planning: Planning
  readonly machines: Machines
  readonly lostPeers: LostPeers
  readonly instances: Instances
  readonly dispatcher: Dispatcher
  readonly peerInference: PeerInferenceServer
  readonly gateway: Gateway
}

/** The wiring, and nothing else: one long function, because its parts refer to each other in a circle. */
export function createDaemonParts(options: DaemonPartsOptions): DaemonParts {
  const { config, paths, clock, name, peering, events } = options
  const { host } = peering

  const engine: EngineHost = createEngineHost({
    ...engineSource(options),
    createRunner: (found) =>
      createEngineRunner({ engine: found, paths, log: options.log, threads: config.engine.threads }),
    onChange: (view) => {
      events.emit({ event: 'engine', engine: view })
      if (view.state === 'ready' || view.state === 'failed') inventory.touch()
    },
    log: options.log.component('engine')
  })
  const store = createModelStore({ paths, log: options.log })

  const ledger = createMemoryLedger({ limits: (deviceId) => inventory.limits(deviceId) })
  const inventory = createInventory({
    peerId: host.peerId,
    name,
    version,
    engineVersion: () => engine.current()?.engine.version ?? null,
    engineDevices: async (look) => (await engine.current()?.listDevices(look)) ?? [],
    models: heldModels(store, (modelId) => instances.isLoaded(modelId)),
    reserved: (deviceId) => ledger.reserved(deviceId),
    policy: { memory: config.memory, lendMemory: config.lendMemory },
    clock,
    log: options.log.component('inventory')
  })

  const onLease: LeaseClientOptions['onChange'] = (lease, state, reason) => {
    inventory.touch()
    events.emit(
      state === 'open' ? { event: 'lease', lease } : { event: 'lease-gone', lease, reason: reason ?? 'ended' }
    )
  }
  const poolLog = options.log.component('pool')
  const leaseServer = createLeaseServer({
    host,
    engine: () => engine.current(),
    ledger,
    clock,
    log: poolLog,
    threads: config.engine.threads ?? Math.max(1, availableParallelism() - 1),
    limits: defaultLeaseLimits,
    onChange: onLease
  })
  const leaseClient = createLeaseClient({ host, clock, log: poolLog, onChange: onLease, tunnel: config.p2p.tunnel })

  const lostPeers = createLostPeers(clock, (peerId) => {
    const presence = host.peer(peerId)
    if (presence !== undefined) events.emit({ event: 'peer', peer: machines.view(presence) })
  })
  const planning = createPlanning({
    inventory: (look) => inventory.inventory(look),
    peers: () => machines.planPeers(),
    contextSize: config.models.contextSize
  })
  const machines = createMachines({
    presences: () => host.peers(),
    inventories: host.inventories,
    own: () => inventory.last(),
    isLost: (peerId) => lostPeers.has(peerId),
    fitsThere: (model, there) => planning.fitsThere(model, there)
  })
  const routerLog = options.log.component('router')
  const allocator = createAllocator({
    plan: async (model, request) => {
      await refreshInventories(host, request.signal)
      return planning.plan(model, { ...request, contextSize: null })
    },
    ledger,
    leases: leaseClient,
    engineVersion: async (wait) => (await engine.runner(wait)).engine.version,
    onPeerLost: (peerId) => lostPeers.add(peerId),
    log: routerLog
  })
  const instances: Instances = new Instances({
    allocator,
    start: llamaServerStarter({ runner: (wait) => engine.runner(wait), parallel: config.models.parallel }),
    idleUnloadMs: config.models.idleUnloadMs === 0 ? Number.POSITIVE_INFINITY : config.models.idleUnloadMs,
    clock,
    log: routerLog,
    onChange: (instance) => {
      inventory.touch()
      events.emit({ event: 'instance', instance })
    },
    onGone: ({ modelId, modelName }, reason) => {
      inventory.touch()
      events.emit({ event: 'instance-gone', modelId, modelName, reason })
    }
  })
  const dispatcher = createDispatcher({
    self: { peerId: host.peerId, machine: name },
    store,
    instances,
    peers: () => machines.holders(),
    fitsHere: (model, look) => planning.fitsHere(model, look),
    askPeer: (peerId, request, dispatch) => askPeer(host, peerId, request, dispatch),
    log: routerLog
  })
  const peerInference = createPeerInferenceServer({
    host,
    dispatch: dispatcher.dispatch,
    clock,
    log: routerLog,
    limits: defaultPeerInferenceLimits
  })
  const gateway = createGateway({
    dispatcher,
    config: config.gateway,
    log: options.log.component('gateway'),
    clock,
    self: { peerId: host.peerId, name },
    onRequest: (event) => events.emit(event)
  })
  return {
    engine,
    store,
    inventory,
    leaseServer,
    leaseClient,
    planning,
    machines,
    lostPeers,
    instances,
    dispatcher,
    peerInference,
    gateway
  }
}

function engineSource({ config, log, environment }: DaemonPartsOptions): Pick<EngineHostOptions, 'find' | 'build'> {
  const search = { cacheDirectory: defaultCacheDirectory(environment), environment, log: log.component('engine') }
  return {
    find: async (signal) => (await findEngine({ ...search, configuredPath: config.engine.path, signal })).engine,
    build: (build) => buildEngine({ ...search, ...build })
  }
}
