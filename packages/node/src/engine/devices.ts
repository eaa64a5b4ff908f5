import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { BaseError, printable } from '@unhosted/core/errors'
import type { Device } from '@unhosted/core/inventory'
import { cancelled, throwIfCancelled } from './cancelled.ts'
import type { Engine } from './types.ts'

const run = promisify(execFile)

export type EngineDevice = Omit<Device, 'usableBytes' | 'lendableBytes'>

/** Free GPU memory is asked for again after this time: it costs a start of the engine (0.1 to 1 s). */
const gpuRefreshMs = 10_000
const listTimeoutMs = 30_000

/** The engine's devices, the CPU last. Remembers what does not change. */
export interface DeviceList {
  list(options: { readonly signal: AbortSignal }): Promise<readonly EngineDevice[]>
}

export function createDeviceList(options: {
  readonly engine: Engine
  readonly environment: NodeJS.ProcessEnv
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number
}): DeviceList {
  let known: { readonly gpus: readonly EngineDevice[]; readonly at: number } | null = null
  let asking: Promise<readonly EngineDevice[]> | null = null

  const ask = async (signal: AbortSignal): Promise<readonly EngineDevice[]> => {
    const gpus = parseDeviceList(await listOutput(options.engine, options.environment, signal))
    known = { gpus, at: options.now() }
    return gpus
  }
  return {
    async list({ signal }) {
      throwIfCancelled(signal, 'Listing the devices')
      const fresh = known !== null && (known.gpus.length === 0 || options.now() - known.at < gpuRefreshMs)
      if (known !== null && fresh) return [...known.gpus, cpuDevice()]
      // Callers at the same time share one question; it ends by itself, so one caller's abort does not spoil it.
      asking ??= ask(AbortSignal.timeout(listTimeoutMs)).finally(() => {
        asking = null
      })
      return [...(await abortable(asking, signal)), cpuDevice()]
    }
  }
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(cancelled('Listing the devices', signal.reason))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function listOutput(engine: Engine, environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await run(engine.serverPath, ['--list-devices'], {
      env: environment,
      signal,
      killSignal: 'SIGKILL',
      maxBuffer: 1024 * 1024
    })
    return stdout
  } catch (cause) {
    throw new BaseError('ENGINE_START_FAILED', 'The engine does not list its devices.', {
      advice: `Run ${engine.serverPath} --list-devices to see why, or unhosted engine build.`,
      cause
    })
  }
}

/** `  CUDA0: NVIDIA H200 (143167 MiB, 142650 MiB free)`, as common_params prints it; MiB, both truncated. */
const deviceLine = /^ {2}([A-Za-z]{2,16}\d{0,3}): (.+) \((\d+) MiB, (\d+) MiB free\)\s*$/
const MiB = 1024 * 1024

/** GPUs in the output of `llama-server --list-devices`; RPC servers and helper backends (BLAS) are no devices here. */
export function parseDeviceList(text: string): readonly EngineDevice[] {
  const devices: EngineDevice[] = []
  for (const line of text.split('\n')) {
    const match = deviceLine.exec(line.replace(/\r$/, ''))
    const id = match?.[1]
    if (match === null || id === undefined || /^(RPC|CPU|BLAS)/.test(id)) continue
    const totalBytes = Number(match[3]) * MiB
    devices.push({
      id,
      kind: 'gpu',
      description: printable(match[2] ?? id, 64, 'unnamed'),
      totalBytes,
      freeBytes: Math.min(Number(match[4]) * MiB, totalBytes)
    })
  }
  return devices
}

/**
 * Main memory as a device, control-group limits included; free is what can be had without swapping.
 * @internal For its test.
 */
export function cpuDevice(): EngineDevice {
  const constrained = process.constrainedMemory()
  const totalBytes = constrained > 0 && constrained < totalmem() ? constrained : totalmem()
  return {
    id: 'CPU',
    kind: 'cpu',
    description: printable(cpus()[0]?.model ?? 'CPU', 64, 'unnamed'),
    totalBytes,
    freeBytes: Math.min(process.availableMemory(), totalBytes)
  }
}
