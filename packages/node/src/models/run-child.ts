import { type ChildProcess, fork } from 'node:child_process'
import { devNull } from 'node:os'
import { fileURLToPath } from 'node:url'
import { errorDocumentSchema, parseBaseError } from '@unhosted/core/errors'
import { z } from 'zod'
import { cancelled } from './cancelled.ts'

/** Modules of this folder that run in a process of their own: they import node-llama-cpp, or face hostile files. */
type ChildModule = 'inspect-child' | 'download-child'

export interface ChildTask {
  readonly module: ChildModule
  /** The one message the child is sent; must be JSON. */
  readonly request: unknown
  /** Heap that the child may use, MiB; more ends it. */
  readonly heapMiB: number
  /** Time without any message after which the child is ended, ms; counted once it has started. */
  readonly silenceMs: number
  readonly onProgress: (progress: unknown) => void
  readonly signal: AbortSignal
}

/** How a child failed that gave no answer of its own. */
export class ChildFailure extends Error {
  readonly reason: 'silent' | 'died'

  constructor(reason: 'silent' | 'died', message: string) {
    super(message)
    this.reason = reason
  }
}

const messageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('progress'), value: z.unknown() }),
  z.strictObject({ type: z.literal('result'), value: z.unknown() }),
  z.strictObject({ type: z.literal('error'), ...errorDocumentSchema.shape })
])
export type ChildMessage = z.infer<typeof messageSchema>

/** Secrets, and what would make a child behave otherwise than here. */
const withheld = new Set(['HF_TOKEN', 'HF_ENDPOINT', 'MODEL_ENDPOINT', 'NODE_OPTIONS'])

/** Time to start, ms: loading the modules takes 0.5 s on a machine that has nothing else to do. */
const startMs = 30_000
/** The end of a child may be seen before its last message, which lies in the pipe by then, ms. */
const drainMs = 200
/** A child that was told to stop gets this long to close its files, ms. */
const graceMs = 2000

/**
 * Run a module of this folder in its own process and wait for its result. The process is gone when this settles.
 * @returns the result as the child sent it: parse it
 * @throws BaseError that the child sent, CANCELLED
 * @throws ChildFailure when it died or fell silent
 */
export async function runChild(task: ChildTask): Promise<unknown> {
  if (task.signal.aborted) throw cancelled(task.signal.reason)
  const child = spawn(task)
  const outcome = Promise.withResolvers<unknown>()
  let silence = setTimeout(() => {}, 0)
  const watch = (ms: number): void => {
    clearTimeout(silence)
    silence = setTimeout(() => outcome.reject(new ChildFailure('silent', `Nothing was heard for ${ms} ms.`)), ms)
  }
  const onAbort = (): void => outcome.reject(cancelled(task.signal.reason))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.on('message', (raw) => {
    watch(task.silenceMs)
    const message = messageSchema.safeParse(raw)
    if (!message.success) outcome.reject(new ChildFailure('died', 'It sent something that is no answer.'))
    else if (message.data.type === 'progress') task.onProgress(message.data.value)
    else if (message.data.type === 'result') outcome.resolve(message.data.value)
    else if (message.data.type === 'error')
      outcome.reject(parseBaseError(message.data) ?? new ChildFailure('died', 'It sent an error that is none.'))
  })
  child.once('error', (error) => outcome.reject(new ChildFailure('died', error.message)))
  let drained: NodeJS.Timeout | undefined
  child.once('exit', (code, signal) => {
    const how = signal === null ? `It ended with code ${code}.` : `It ended by ${signal}.`
    drained = setTimeout(() => outcome.reject(new ChildFailure('died', how)), drainMs)
  })
  task.signal.addEventListener('abort', onAbort, { once: true })
  watch(startMs)
  try {
    child.send({ type: 'start', request: task.request }, () => {})
    return await outcome.promise
  } finally {
    clearTimeout(silence)
    clearTimeout(drained)
    task.signal.removeEventListener('abort', onAbort)
    await end(child, ended)
  }
}

/** Runs from source (type stripping, workspace packages by their sources) as well as from dist. */
function spawn(task: ChildTask): ChildProcess {
  const source = import.meta.url.endsWith('.ts')
  const path = fileURLToPath(new URL(`./${task.module}.${source ? 'ts' : 'js'}`, import.meta.url))
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.has(name)))
  return fork(path, [], {
    execArgv: [`--max-old-space-size=${task.heapMiB}`, ...(source ? ['--conditions=source'] : [])],
    env: { ...env, HF_TOKEN_PATH: devNull },
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc']
  })
}

/** Closing the channel tells the child to stop; it is killed when it does not. */
async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined) return
  if (child.connected) child.disconnect()
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await ended
  clearTimeout(timer)
  child.removeAllListeners()
}
