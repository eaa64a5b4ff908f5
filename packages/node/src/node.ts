import { hostname } from 'node:os'
import type { Config } from '@unhosted/core/config'
import { type DaemonEvent, type DaemonStatus, type HealthWarning, healthWarning } from '@unhosted/core/control'
import { isBaseError } from '@unhosted/core/errors'
import { Lifecycle } from './base/lifecycle.ts'
import { version } from './base/version.ts'
import { createControlServer } from './control/index.ts'
import { createDaemonEvents, type DaemonEvents } from './daemon-events.ts'
import { createDaemonParts } from './daemon-parts.ts'
import { createDaemonService } from './daemon-service.ts'
import { type EngineHost, sweepProcesses } from './engine/index.ts'
import { checkMachine, fingerprintMachine, loadIdentity } from './identity/index.ts'
import type { Log } from './log/index.ts'
import { type ModelStore, watchModels } from './models/index.ts'
import { allInterfaces, createPeering } from './p2p/index.ts'
import { systemClock } from './pool/index.ts'
import { releaseMemory, releaseMemoryAtRest } from './release-memory.ts'
import type { Instances } from './router/index.ts'
import { type HomePaths, prepareHome } from './store/index.ts'

export interface NodeOptions {
  readonly config: Config
  readonly paths: HomePaths
  readonly log: Log
  /** Default process.env. Only the engine search and build look at it. */
  readonly environment?: NodeJS.ProcessEnv
  /** Aborting it while the daemon starts gives up; afterwards use `stop`. */
  readonly signal: AbortSignal
  readonly onEvent: (event: DaemonEvent) => void
}

export interface RunningNode {
  status(): Promise<DaemonStatus>
  /** Stops everything, last started first. Idempotent. */
  stop(): Promise<void>
  /** Settles once it has stopped, for whatever reason. */
  readonly stopped: Promise<void>
}

/**
 * The daemon: everything that exists, in start order. A failed start stops what had started.
 * @throws BaseError DAEMON_RUNNING | PORT_IN_USE | HOME_UNUSABLE | HOME_CORRUPT | API_KEYS_MISSING | CANCELLED
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const log = options.log.component('node')
  const lifecycle = new Lifecycle((name, error) => log.error({ part: name, err: error }, 'a part did not stop cleanly'))
  try {
    return await start(options, lifecycle, log)
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}

async function start(options: NodeOptions, lifecycle: Lifecycle, log: Log): Promise<RunningNode> {
  const { config, paths, signal } = options
  const events = createDaemonEvents(options.onEvent)
  const clock = systemClock
  const startedAt = clock.now()

  await prepareHome(paths)
  const identity = await loadIdentity(paths, options.log)
  const name = config.name ?? hostname().slice(0, 64)
  const copied = await checkMachine(paths, await fingerprintMachine())
  signal.throwIfAborted()

  const peering = await createPeering({
    paths,
    identity,
    name,
    version,
    hosts: peerHosts(config),
    port: config.p2p.port,
    mdns: config.p2p.mdns && !config.offline,
    clock,
    log: options.log
  })
  const { host, pairing } = peering

  const parts = createDaemonParts({
    config,
    paths,
    log: options.log,
    environment: options.environment ?? process.env,
    clock,
    name,
    peering,
    events
  })
  const { engine, inventory, gateway, machines } = parts

  const stopped = Promise.withResolvers<void>()
  let stopping: Promise<void> | null = null
  const stop = (): Promise<void> => {
    if (stopping === null) {
      events.emit({ event: 'stopping' })
      stopping = lifecycle.stop().then(stopped.resolve)
    }
    return stopping
  }
  let endpoint = ''
  const warnings = (): readonly HealthWarning[] => [
    ...(copied === null ? [] : [copied]),
    ...engineWarnings(engine),
    ...(config.offline ? [] : peering.explainDiscovery())
  ]
  const service = createDaemonService({
    ...parts,
    name,
    version,
    startedAt,
    endpoint: () => endpoint,
    peering,
    warnings,
    subscribe: events.subscribe,
    stop: () => void stop()
  })

  const control = createControlServer({ paths, service, log: options.log })
  // Its socket is the lock on the home folder: only the daemon that has it may sweep.
  await control.start()
  lifecycle.add('control', () => control.stop())
  await sweepProcesses(paths, options.log)
  lifecycle.add('engine', () => engine.stop())
  lifecycle.add('inventory', () => inventory.stop())
  lifecycle.add('models', await watchModels(paths.models, () => inventory.touch(), options.log))
  if (!config.offline) await peering.start(signal)
  lifecycle.add('p2p', () => peering.stop())
  lifecycle.add('lost peers', () => parts.lostPeers.stop())
  lifecycle.add('leases lent', () => parts.leaseServer.stop())
  lifecycle.add('leases borrowed', () => parts.leaseClient.stop())
  lifecycle.add('instances', () => parts.instances.stop())
  lifecycle.add('requests of peers', () => parts.peerInference.stop())
  lifecycle.add('gateway', () => gateway.stop())
  const disconnect = [
    inventory.onChange((now) => host.inventories.publish(now)),
    host.on('peer:change', (presence) => events.emit({ event: 'peer', peer: machines.view(presence) })),
    host.inventories.onChange(({ peerId }) => {
      const presence = host.peer(peerId)
      if (presence !== undefined) events.emit({ event: 'peer', peer: machines.view(presence) })
    }),
    host.on('peer:unpaired', ({ record }) => {
      events.emit({ event: 'unpaired', peerId: record.peerId, name: record.name })
    }),
    pairing.onChange((view) => events.emit({ event: 'pairing', pairing: view }))
  ]
  lifecycle.add('listeners', () => {
    for (const remove of disconnect) remove()
  })
  ;({ endpoint } = await gateway.start(signal))
  engine.start()
  inventory.start()
  signal.throwIfAborted()

  const isIdle = (): boolean => parts.instances.views().length === 0 && parts.leaseServer.leases().length === 0
  lifecycle.add('memory', releaseMemoryAtRest({ events, clock, isIdle, release: releaseMemory, log }))
  events.emit({
    event: 'ready',
    endpoint,
    peerId: host.peerId,
    name,
    pid: process.pid,
    peerAddresses: host.addresses()
  })
  for (const warning of warnings()) events.emit({ event: 'warning', warning })
  preload(config.models.preload, { ...parts, log, lifecycle, events })
  log.info({ endpoint, peerId: host.peerId, version }, 'the daemon is ready')
  return { status: () => service.status({ signal }), stop, stopped: stopped.promise }
}

/** Loopback only where there are no peers: nothing is opened that nobody may use. */
function peerHosts(config: Config): readonly string[] {
  if (config.offline) return ['127.0.0.1']
  return config.p2p.addresses.length > 0 ? config.p2p.addresses : allInterfaces
}

function engineWarnings(engine: EngineHost): readonly HealthWarning[] {
  return engine.view().state === 'failed' ? [healthWarning('engine-missing', {})] : []
}

/** Loads the models that the owner wants ready, and keeps them: whoever comes first need not wait. */
function preload(
  references: readonly string[],
  parts: {
    readonly store: ModelStore
    readonly instances: Instances
    readonly lifecycle: Lifecycle
    readonly events: DaemonEvents
    readonly log: Log
  }
): void {
  const stopping = new AbortController()
  parts.lifecycle.add('preload', () => stopping.abort())
  const load = async (reference: string): Promise<void> => {
    const model = await parts.store.find(reference)
    await parts.instances.keep(model, stopping.signal)
  }
  for (const reference of references) {
    load(reference).catch((error: unknown) => {
      if (stopping.signal.aborted) return
      const advice = isBaseError(error) ? error.advice : 'The log in the home folder has more.'
      const reason = error instanceof Error ? error.message : 'unknown error'
      parts.log.warn({ model: reference, err: error }, 'a model could not be preloaded')
      const warning = healthWarning('preload-failed', { model: reference, reason, advice })
      parts.events.emit({ event: 'warning', warning })
    })
  }
}
