import { cancelled, isBaseError } from '@unhosted/core/errors'
import { MiB } from '@unhosted/core/units'
import type { Clock } from '../base/index.ts'
import { confinement } from './confinement.ts'
import { freePort } from './free-port.ts'
import { isListening } from './listening.ts'
import { awaitReady } from './readiness.ts'
import type { Supervisor } from './supervisor.ts'
import type { Engine, EngineRunner, RpcServer } from './types.ts'

/** ggml-rpc-server takes no port 0, so a free one is picked; another program may take it first. */
const portAttempts = 4

/**
 * Start ggml-rpc-server for one device on a loopback port. It has no authentication: only our tunnel may talk to
 * it, for the time of a lease, and on Linux it is confined (see confinement.ts). Its tensor cache (-c) stays off: it checks nothing of what it reads back, and a
 * truncated entry gives NaNs.
 * @throws BaseError ENGINE_START_FAILED | CANCELLED
 */
export async function startRpcServer(
  options: Parameters<EngineRunner['startRpcServer']>[0],
  context: {
    readonly engine: Engine
    readonly supervisor: Supervisor
    readonly environment: NodeJS.ProcessEnv
    readonly clock: Clock
  }
): Promise<RpcServer> {
  for (let attempt = 1; ; attempt += 1) {
    if (options.signal.aborted) throw cancelled(options.signal.reason, 'Starting rpc-server was cancelled.')
    const port = await freePort()
    const started = await context.supervisor.start({
      title: 'rpc-server',
      command: context.engine.rpcServerPath,
      args: [
        ...['--host', '127.0.0.1', '--port', String(port)],
        ...['--device', options.deviceId, '--threads', String(options.threads)]
      ],
      environment: { ...context.environment, ...confinement(port, options.deviceId) },
      socketPath: null,
      memoryLimitBytes: memoryLimit(options.memoryBytes)
    })
    try {
      await awaitReady(started, {
        signal: options.signal,
        clock: context.clock,
        probe: (signal) => isListening(started.pid, port, context.clock, signal)
      })
      return { pid: started.pid, logFile: started.logFile, exited: started.exited, stop: started.stop, port }
    } catch (error) {
      const portTaken = started.output.lines().some((line) => line.includes('Failed to create server socket'))
      if (!portTaken || attempt === portAttempts || !isBaseError(error, 'ENGINE_START_FAILED')) throw error
    }
  }
}

/** Room for the program itself and for what an estimate may be wrong by. */
function memoryLimit(lentBytes: number | undefined): number | null {
  return lentBytes === undefined ? null : lentBytes + Math.max(256 * MiB, Math.ceil(lentBytes / 4))
}
