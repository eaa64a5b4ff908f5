import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { constants } from 'node:os'
import { BaseError } from '@unhosted/core/errors'
import { formatBytes } from '@unhosted/core/units'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'
import { meaningfulLine, openProcessLog, type ProcessLog } from './process-log.ts'
import { removeProcessRecord, writeProcessRecord } from './process-record.ts'
import { anonymousBytes, isStopped, processIdentity } from './process-state.ts'
import type { ProcessExit, SupervisedProcess } from './types.ts'

/** @internal For its test. */
export interface ProcessSpec {
  /** `llama-server`, `rpc-server`: what messages call it. */
  readonly title: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  /** Removed when the process is gone. */
  readonly socketPath: string | null
  /** Ended when it has more memory of its own than this; looked at once a second, on Linux. null: no limit. */
  readonly memoryLimitBytes: number | null
}

/** A supervised process with what the starter needs to judge whether it comes up. */
export interface WatchedProcess extends SupervisedProcess {
  readonly title: string
  readonly output: ProcessLog
  /** null while it lives. */
  readonly exit: ProcessExit | null
}

export interface SupervisorOptions {
  readonly paths: Pick<HomePaths, 'run' | 'engineLogs'>
  readonly log: Log
  /** Command and leading arguments that tie a child's life to ours; empty where the platform has none. */
  readonly leash: readonly string[]
  /** How often a process is checked for having been stopped by a signal. Default 1 s, 5 s where that costs a ps. */
  readonly watchIntervalMs?: number
}

/** Starts child processes, keeps their output, notes them on disk, and ends them. */
export interface Supervisor {
  /** @throws BaseError ENGINE_START_FAILED when the binary cannot be executed */
  start(spec: ProcessSpec): Promise<WatchedProcess>
  /** Ends every process; later starts are refused. Idempotent. */
  stop(): Promise<void>
}

const defaultGraceMs = 2000

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const living = new Map<string, WatchedProcess>()
  let stopping = false

  /** The lowest free number: log files are bounded by how many processes ran at once, not by how many ever ran. */
  const freeName = (title: string): string => {
    let index = 0
    while (living.has(`${title}-${index}`)) index += 1
    return `${title}-${index}`
  }
  return {
    async start(spec) {
      if (stopping) {
        throw new BaseError('CANCELLED', `${spec.title} was not started because the daemon is stopping.`, {
          advice: 'Start the daemon again.'
        })
      }
      const name = freeName(spec.title)
      const started = await launch(spec, name, options, (watched) => living.set(name, watched))
      void started.exited.then(() => living.delete(name))
      if (stopping) await started.stop(0)
      return started
    },
    async stop() {
      stopping = true
      await Promise.all([...living.values()].map((each) => each.stop()))
    }
  }
}

async function launch(
  spec: ProcessSpec,
  name: string,
  options: SupervisorOptions,
  onSpawned: (watched: WatchedProcess) => void
): Promise<WatchedProcess> {
  const output = openProcessLog({ folder: options.paths.engineLogs, name, log: options.log })
  const [command = spec.command, ...args] = [...options.leash, spec.command, ...spec.args]
  output.note(`${new Date().toISOString()} ${spec.title} ${spec.args.join(' ')}`)
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: spec.environment,
    // Out of the terminal's process group, or Ctrl-C would end the servers before the daemon has ended its requests.
    // Only on a leash: without one, sharing our group is what ends them with the terminal.
    detached: options.leash.length > 0,
    windowsHide: true
  })
  const pid = child.pid
  if (pid === undefined) {
    const cause = await new Promise<Error>((resolve) => child.once('error', resolve))
    await output.close()
    throw new BaseError('ENGINE_START_FAILED', `${spec.title} cannot be executed: ${cause.message}`, {
      advice: 'Run unhosted engine status, then unhosted engine build.',
      cause
    })
  }
  output.attach(child.stdout)
  output.attach(child.stderr)
  const watched = watch(child, pid, spec, output, options)
  onSpawned(watched)
  const [identity, own] = await Promise.all([processIdentity(pid), processIdentity(process.pid)])
  if (watched.exit === null && identity !== null && own !== null) {
    writeProcessRecord(options.paths.run, {
      pid,
      started: identity.started,
      binary: spec.command,
      socketPath: spec.socketPath,
      owner: { pid: process.pid, started: own.started }
    })
  }
  return watched
}

function watch(
  child: ChildProcess,
  pid: number,
  spec: ProcessSpec,
  output: ProcessLog,
  options: SupervisorOptions
): WatchedProcess {
  let exit: ProcessExit | null = null
  let asked = false
  let verdict: string | null = null
  const gone = Promise.withResolvers<ProcessExit>()

  // 'close' and not 'exit': the last lines of output are in by then.
  child.once('close', (code, signal) => {
    clearInterval(timer)
    removeProcessRecord(options.paths.run, pid)
    if (spec.socketPath !== null) rmSync(spec.socketPath, { force: true })
    exit = { code, signal, summary: summarize(spec.title, code, signal, { asked, verdict }, output.lines()) }
    if (!asked) options.log.warn({ pid, code, signal, logFile: output.file }, exit.summary)
    output.note(`${new Date().toISOString()} ${exit.summary}`)
    const ended = exit
    void output.close().then(() => gone.resolve(ended))
  })
  child.on('error', (error) => options.log.warn({ pid, error: error.message }, `${spec.title} reported an error`))

  const kill = (signal: NodeJS.Signals): void => {
    if (exit === null) child.kill(signal)
  }
  const look = (): void => {
    misbehaviour(pid, spec).then(
      (found) => {
        if (found === null || exit !== null) return
        verdict = found
        kill('SIGKILL')
      },
      (error: unknown) => options.log.debug({ pid, error: String(error) }, 'process state cannot be read')
    )
  }
  const timer = setInterval(look, options.watchIntervalMs ?? (process.platform === 'linux' ? 1000 : 5000))
  timer.unref()

  return {
    pid,
    title: spec.title,
    logFile: output.file,
    output,
    exited: gone.promise,
    get exit() {
      return exit
    },
    async stop(graceMs = defaultGraceMs) {
      asked = true
      kill('SIGTERM')
      const hard = setTimeout(() => kill('SIGKILL'), graceMs)
      try {
        return await gone.promise
      } finally {
        clearTimeout(hard)
      }
    }
  }
}

/** Why a process must be ended though it lives; null when all is well. */
async function misbehaviour(pid: number, spec: ProcessSpec): Promise<string | null> {
  // A stopped process keeps its sockets open and answers nothing: callers would wait for ever.
  if (await isStopped(pid)) return 'was suspended by a stop signal'
  if (spec.memoryLimitBytes === null) return null
  const used = await anonymousBytes(pid)
  if (used === null || used <= spec.memoryLimitBytes) return null
  return `took ${formatBytes(used)} of memory where ${formatBytes(spec.memoryLimitBytes)} were allowed`
}

function summarize(
  title: string,
  code: number | null,
  signal: NodeJS.Signals | null,
  how: { readonly asked: boolean; readonly verdict: string | null },
  lines: readonly string[]
): string {
  if (how.verdict !== null) return `${title} ${how.verdict} and was ended.`
  if (how.asked) return `${title} was stopped.`
  const ending =
    signal === null ? `ended with code ${code}` : `was ended by ${signal} (${constants.signals[signal] ?? 'unknown'})`
  const line = code === 0 ? null : meaningfulLine(lines)
  return line === null ? `${title} ${ending}.` : `${title} ${ending}: ${line.replace(/[.\s]+$/, '')}.`
}
