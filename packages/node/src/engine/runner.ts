import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'
import { createDeviceList } from './devices.ts'
import { engineEnvironment } from './engine-environment.ts'
import { findLeash } from './leash.ts'
import { assertPlan, startLlamaServer } from './llama-server.ts'
import { startRpcServer } from './rpc-server.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'
import type { Engine, EngineRunner } from './types.ts'

export interface EngineRunnerOptions {
  readonly engine: Engine
  readonly paths: Pick<HomePaths, 'run' | 'engineLogs' | 'engineSocket'>
  readonly log: Log
  /** Default process.env; only a safe part of it reaches the engine. */
  readonly environment?: NodeJS.ProcessEnv
  /** Threads of a llama-server; null or absent for the engine's choice. */
  readonly threads?: number | null
  /** Default the system's. */
  readonly clock?: Clock
}

/** Call `sweepProcesses` first: it ends what an earlier daemon of the same home left. */
export function createEngineRunner(options: EngineRunnerOptions): EngineRunner {
  const { engine, paths } = options
  const own = options.environment ?? process.env
  const threads = options.threads ?? null
  const environment = engineEnvironment(own)
  const clock = options.clock ?? systemClock
  const devices = createDeviceList({ engine, environment, clock })
  const log = options.log.component('engine')
  let supervisor: Promise<Supervisor> | null = null
  const supervise = (): Promise<Supervisor> => {
    supervisor ??= findLeash(engine, own).then((leash) => {
      if (leash.length === 0) log.debug({}, 'no parent-death signal here; the sweep at the next start ends leftovers')
      return createSupervisor({ paths, log, leash, clock })
    })
    return supervisor
  }
  return {
    engine,
    async startLlamaServer(server) {
      assertPlan(server)
      const name = `llama-${randomBytes(6).toString('hex')}`
      const context = { engine, supervisor: await supervise(), paths, environment, clock }
      return startLlamaServer(server, { ...context, name, threads })
    },
    startRpcServer: async (server) =>
      startRpcServer(server, { engine, supervisor: await supervise(), environment, clock }),
    listDevices: (list) => devices.list(list),
    async stop() {
      await (await supervise()).stop()
    }
  }
}
