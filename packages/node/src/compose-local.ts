import { version } from './base/index.ts'
import type { ComposeOptions } from './compose-options.ts'
import {
  buildEngine,
  createEngineHost,
  createEngineRunner,
  defaultCacheDirectory,
  type EngineHost,
  findEngine
} from './engine/index.ts'
import { createDeviceLimits, createInventory, type InventorySource } from './inventory/index.ts'
import { createLoadedModels, createModelStore, heldModels, type LoadedModels, type ModelStore } from './models/index.ts'
import { createMemoryLedger, type MemoryLedger } from './pool/index.ts'

/** What this machine has: an engine, models, and memory. */
export interface LocalMachine {
  readonly engine: EngineHost
  readonly store: ModelStore
  readonly loaded: LoadedModels
  readonly ledger: MemoryLedger
  readonly inventory: InventorySource
}

export function createLocalMachine(options: ComposeOptions): LocalMachine {
  const { config, paths, clock, name, log } = options
  const engine = createDaemonEngine(options)
  const store = createModelStore({ paths, clock, log })
  const loaded = createLoadedModels()
  const limits = createDeviceLimits({ memory: config.memory, lendMemory: config.lendMemory })
  const ledger = createMemoryLedger({ limits: limits.of })
  const inventory = createInventory({
    peerId: options.peering.host.peerId,
    name,
    version,
    engineVersion: () => engine.current()?.engine.version ?? null,
    engineDevices: async (look) => (await engine.current()?.listDevices(look)) ?? [],
    models: heldModels(store, loaded.has),
    reserved: ledger.reserved,
    limits,
    clock,
    log: log.component('inventory')
  })
  return { engine, store, loaded, ledger, inventory }
}

function createDaemonEngine({ config, paths, clock, environment, events, ...options }: ComposeOptions): EngineHost {
  const log = options.log.component('engine')
  const search = { cacheDirectory: defaultCacheDirectory(environment), environment, clock, log }
  return createEngineHost({
    find: async (signal) => (await findEngine({ ...search, configuredPath: config.engine.path, signal })).engine,
    build: (build) => buildEngine({ ...search, ...build }),
    createRunner: (engine) =>
      createEngineRunner({ engine, paths, clock, log: options.log, threads: config.engine.threads }),
    onChange: (view) => events.emit({ event: 'engine', engine: view }),
    log
  })
}
