import { spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { BaseError } from '@unhosted/core/errors'
import { throwIfCancelled } from './cancelled.ts'

/** `done` of `total` (always 100): percent of the whole build, never going back. */
export interface BuildProgress {
  readonly phase: 'waiting' | 'source' | 'configure' | 'compile' | 'verify'
  readonly done: number
  readonly total: number
}

export interface BuildLog {
  readonly file: string
  readonly stream: WriteStream
  close(): Promise<void>
}

export function openBuildLog(file: string): BuildLog {
  const stream = createWriteStream(file, { flags: 'w', mode: 0o644 })
  // A full disk shows in the step that fails; losing its log must not end the daemon.
  stream.on('error', () => {})
  return { file, stream, close: () => new Promise((resolve) => stream.end(() => resolve())) }
}

export interface BuildStep {
  readonly title: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly log: BuildLog
  /** Share of the step that is done, 0 to 1, as the build system prints it. */
  readonly onShare?: (share: number) => void
}

const keptLines = 200

/**
 * Run one command of a build; its whole process group ends with the signal.
 * @throws BaseError ENGINE_BUILD_FAILED with the first compiler error and the log's path | CANCELLED
 */
export async function runStep(step: BuildStep): Promise<void> {
  throwIfCancelled(step.signal, 'Building the engine')
  step.log.stream.write(`\n$ ${step.command} ${step.args.join(' ')}\n`)
  const grouped = process.platform !== 'win32'
  const child = spawn(step.command, [...step.args], {
    cwd: step.cwd,
    env: step.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: grouped,
    windowsHide: true
  })
  let lines: string[] = []
  const read = (chunk: Buffer): void => {
    step.log.stream.write(chunk)
    const text = chunk.toString('utf8').split('\n')
    lines = [...lines, ...text].slice(-keptLines)
    for (const line of text) {
      const share = parseShare(line)
      if (share !== null) step.onShare?.(share)
    }
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const end = (): void => {
    if (child.pid === undefined || child.exitCode !== null) return
    try {
      process.kill(grouped ? -child.pid : child.pid, 'SIGKILL')
    } catch {
      // It ended by itself in this moment.
    }
  }
  step.signal.addEventListener('abort', end, { once: true })
  try {
    const result = await new Promise<{ readonly failure: string | null; readonly cause?: unknown }>((resolve) => {
      child.once('error', (cause) => resolve({ failure: cause.message, cause }))
      child.once('close', (code) => resolve({ failure: code === 0 ? null : (firstError(lines) ?? `code ${code}`) }))
    })
    throwIfCancelled(step.signal, 'Building the engine')
    if (result.failure === null) return
    throw new BaseError('ENGINE_BUILD_FAILED', `Building the engine failed: ${step.title}: ${result.failure}`, {
      advice: `The whole output is in ${step.log.file}.`,
      cause: result.cause,
      details: { step: step.title, log: step.log.file }
    })
  } finally {
    step.signal.removeEventListener('abort', end)
  }
}

/**
 * Ninja's `[12/37] Building ...` or make's `[ 32%] Building ...`; null for other lines.
 * @internal For its test.
 */
export function parseShare(line: string): number | null {
  const ninja = /^\[(\d+)\/(\d+)\]/.exec(line)
  if (ninja !== null) return Number(ninja[2]) === 0 ? null : Math.min(1, Number(ninja[1]) / Number(ninja[2]))
  const make = /^\[\s*(\d+)%\]/.exec(line)
  return make === null ? null : Math.min(1, Number(make[1]) / 100)
}

/** The first line that names an error, short enough for a message. */
function firstError(lines: readonly string[]): string | null {
  const line =
    lines.find((each) => /(^|\s)(fatal )?error[: ]|No space left|undefined reference|CMake Error/i.test(each)) ??
    lines.findLast((each) => each.trim() !== '')
  return line === undefined ? null : line.trim().slice(0, 300)
}
