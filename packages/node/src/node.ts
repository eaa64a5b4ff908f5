import { hostname } from 'node:os'
import type { Config } from '@unhosted/core/config'
import { type DaemonEvent, type DaemonStatus, type HealthWarning, healthWarning } from '@unhosted/core/control'
import { type Clock, Lifecycle, type Part, systemClock, version } from './base/index.ts'
import { createControlServer } from './control/index.ts'
import { createDaemonEvents, type DaemonEvents } from './daemon-events.ts'
import { createDaemonParts, type DaemonParts } from './daemon-parts.ts'
import { createDaemonService } from './daemon-service.ts'
import { type EngineHost, sweepProcesses } from './engine/index.ts'
import { createEventForwarding } from './event-forwarding.ts'
import { checkMachine, fingerprintMachine, loadIdentity } from './identity/index.ts'
import type { Log } from './log/index.ts'
import { createModelWatch } from './models/index.ts'
import { allInterfaces, createPeering, type Peering } from './p2p/index.ts'
import { createPreload } from './preload.ts'
import { createMemoryRelease } from './release-memory.ts'
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
  const { config, signal } = options
  const log = options.log.component('node')
  const facts = await prepare(options, log)
  const { peering, events, name } = facts
  const parts = createDaemonParts({ ...options, ...facts, environment: options.environment ?? process.env })
  const warnings = (): readonly HealthWarning[] => [
    ...facts.warnings,
    ...engineWarnings(parts.engine),
    ...(config.offline ? [] : peering.explainDiscovery())
  ]
  const stopCall = Promise.withResolvers<void>()
  const service = createDaemonService({ ...parts, ...facts, version, warnings, stop: stopCall.resolve })
  const control = createControlServer({ ...options, service, clock: facts.clock })
  const lifecycle = new Lifecycle(startOrder(options, facts, parts, control), (part, error) =>
    log.error({ part, err: error }, 'a part did not stop cleanly')
  )
  const { stop, stopped } = createStop(lifecycle, events)
  void stopCall.promise.then(stop)
  await lifecycle.start(signal)
  const { peerId } = peering.host
  const { endpoint } = parts.gateway
  const peerAddresses = peering.host.addresses()
  events.emit({ event: 'ready', endpoint, peerId, name, pid: process.pid, peerAddresses })
  for (const warning of warnings()) events.emit({ event: 'warning', warning })
  log.info({ endpoint, peerId, version }, 'the daemon is ready')
  return { status: () => service.status({ signal }), stop, stopped }
}

function createStop(lifecycle: Lifecycle, events: DaemonEvents): Pick<RunningNode, 'stop' | 'stopped'> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  let stopping: Promise<void> | null = null
  const stop = (): Promise<void> => {
    if (stopping === null) {
      events.emit({ event: 'stopping' })
      stopping = lifecycle.stop().then(resolve)
    }
    return stopping
  }
  return { stop, stopped }
}

/** What must be known before the parts can be made. */
interface Facts {
  readonly clock: Clock
  /** Unix time, ms. */
  readonly startedAt: number
  /** Name that peers see. */
  readonly name: string
  readonly events: DaemonEvents
  readonly peering: Peering
  /** Found while preparing. */
  readonly warnings: readonly HealthWarning[]
}

async function prepare({ config, paths, signal, onEvent, ...options }: NodeOptions, log: Log): Promise<Facts> {
  const clock = systemClock
  const events = createDaemonEvents(log)
  events.subscribe(onEvent)
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
  return { clock, startedAt: clock.now(), name, events, peering, warnings: copied === null ? [] : [copied] }
}

/** Each part may use those before it while it runs, so it is stopped before them. */
function startOrder(options: NodeOptions, facts: Facts, parts: DaemonParts, control: Part): readonly Part[] {
  const { config, paths } = options
  const { clock, events, peering } = facts
  const log = options.log.component('node')
  return [
    // Its socket is the lock on the home folder: only the daemon that has it may sweep.
    control,
    createSweep(paths, clock, options.log),
    parts.engine,
    ...(config.offline ? [] : [peering]),
    parts.lostPeers,
    parts.leaseServer,
    parts.leaseClient,
    parts.instances,
    parts.peerInference,
    parts.gateway,
    createEventForwarding({ ...parts, events, peering }),
    parts.inventory,
    createModelWatch(paths.models, () => parts.inventory.touch(), options.log),
    createMemoryRelease({ ...parts, events, clock, log }),
    createPreload({ ...parts, references: config.models.preload, events, log })
  ]
}

/** Ends engine processes that an earlier daemon of this home left. */
function createSweep(paths: HomePaths, clock: Clock, log: Log): Part {
  return {
    name: 'sweep',
    async start() {
      await sweepProcesses(paths, log, clock)
    },
    stop: async () => {}
  }
}

/** Loopback only where there are no peers: nothing is opened that nobody may use. */
function peerHosts(config: Config): readonly string[] {
  if (config.offline) return ['127.0.0.1']
  return config.p2p.addresses.length > 0 ? config.p2p.addresses : allInterfaces
}

function engineWarnings(engine: EngineHost): readonly HealthWarning[] {
  return engine.view().state === 'failed' ? [healthWarning('engine-missing', {})] : []
}
