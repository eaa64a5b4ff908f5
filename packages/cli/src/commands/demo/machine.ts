import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { controlErrorSchema } from '@unhosted/core/control'
import { BaseError, parseBaseError } from '@unhosted/core/errors'
import type { MachineLimits } from '@unhosted/core/planner'
import { type ControlClient, createControlClient } from '@unhosted/node/control'
import { homePaths } from '@unhosted/node/store'
import { z } from 'zod'

const program = fileURLToPath(new URL('../../../bin/unhosted.js', import.meta.url))
/** A clean stop takes at most this long; then the process is killed. */
const graceMs = 4000

const readySchema = z.looseObject({ event: z.literal('ready'), endpoint: z.string(), peerId: z.string() })
const lineSchema = z.union([
  readySchema.transform((ready) => ({ ready, failed: undefined })),
  controlErrorSchema.transform((failed) => ({ ready: undefined, failed })),
  z.looseObject({ event: z.string() }).transform(() => ({ ready: undefined, failed: undefined }))
])

/** A daemon of the demo: a real one, started through the real command. */
export interface DemoMachine {
  readonly name: string
  readonly peerId: string
  readonly endpoint: string
  readonly client: ControlClient
}

export interface DemoMachines {
  /** @throws BaseError what the daemon said when it did not start */
  start(name: string, limits: MachineLimits): Promise<DemoMachine>
  /** Stops every one, also those that are still starting. */
  stop(): Promise<void>
  /** Kills every one at once, for when the program ends without waiting. */
  kill(): void
}

/** @param folder where the home folders go */
export function createDemoMachines(folder: string, environment: NodeJS.ProcessEnv, signal: AbortSignal): DemoMachines {
  const children: ChildProcess[] = []
  return {
    async start(name, limits) {
      const home = join(folder, name)
      const child = spawnDaemon(name, home, limits, environment)
      children.push(child)
      const { endpoint, peerId } = await untilReady(child, signal)
      return { name, endpoint, peerId, client: createControlClient(homePaths(home)) }
    },
    stop: async () => {
      await Promise.all(children.map(stopChild))
    },
    kill: () => {
      for (const child of children) child.kill('SIGKILL')
    }
  }
}

function spawnDaemon(
  name: string,
  home: string,
  { memoryBytes, lendBytes }: MachineLimits,
  environment: NodeJS.ProcessEnv
): ChildProcess {
  const args = ['serve', '--json', '--until-stdin-ends', '--home', home, '--name', name]
  const network = ['--port', '0', '--p2p-port', '0', '--p2p-address', '127.0.0.1', '--no-mdns']
  const memory = ['--memory', `${memoryBytes}B`, '--lend-memory', `${lendBytes}B`]
  // Settings of the person's own daemon must not reach these; where the engine is must.
  const inherited = Object.entries(environment).filter(
    ([key]) => !key.startsWith('UNHOSTED_') || key === 'UNHOSTED_ENGINE' || key === 'UNHOSTED_CACHE'
  )
  return spawn(process.execPath, [program, ...args, ...network, ...memory], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: Object.fromEntries(inherited),
    // Its own process group: Ctrl-C is for the demo, which then stops its machines in order.
    detached: process.platform !== 'win32'
  })
}

async function untilReady(child: ChildProcess, signal: AbortSignal): Promise<z.infer<typeof readySchema>> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new TypeError('the daemon was started with pipes')
  let said = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000)
  })
  const lines = createInterface({ input: stdout })
  const { promise, resolve, reject } = Promise.withResolvers<z.infer<typeof readySchema>>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  child.once('error', reject)
  child.once('exit', () => reject(startFailed(said)))
  // The reader stays, so that later events never fill the pipe.
  lines.on('line', (line) => {
    const parsed = lineSchema.safeParse(parseJson(line))
    if (!parsed.success) return reject(startFailed(line))
    const { ready, failed } = parsed.data
    if (ready !== undefined) resolve(ready)
    if (failed !== undefined) reject(parseBaseError(failed.error) ?? startFailed(line))
  })
  return promise.finally(() => signal.removeEventListener('abort', onAbort))
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function startFailed(said: string): BaseError {
  return new BaseError('INTERNAL', `A daemon of the demo did not start. ${said.trim()}`, {
    advice: 'Run unhosted doctor to find the problem.'
  })
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(timer)
}
