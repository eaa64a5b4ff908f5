import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { hasErrno } from '../store/index.ts'

const run = promisify(execFile)

/** What tells one process from a later one that got the same pid. */
export interface ProcessIdentity {
  /** Boot and start time: on Linux `<boot id>/<clock ticks>`, elsewhere what `ps -o lstart=` prints. */
  readonly started: string
  /** Path of the running binary, or its command line where the path cannot be had. */
  readonly binary: string
  /** Stopped by a signal (SIGSTOP, SIGTSTP), so that it holds its sockets and answers nothing. */
  readonly stopped: boolean
  /** CPU time used so far, clock ticks; null where it is not known. */
  readonly cpuTicks: number | null
}

/** Identity of a living process; null when there is none (a zombie counts as none). */
export async function processIdentity(pid: number): Promise<ProcessIdentity | null> {
  return process.platform === 'linux' ? linuxIdentity(pid) : psIdentity(pid)
}

/** Whether a process was stopped by a signal: one small read on Linux, for looking often. */
export async function isStopped(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return (await psIdentity(pid))?.stopped ?? false
  const stat = await readProc(`/proc/${pid}/stat`)
  return stat !== null && parseProcStat(stat)?.state === 'T'
}

/** Memory of its own (heap and the like, not mapped files) that a process has in RAM, bytes; null where unknown. */
export async function anonymousBytes(pid: number): Promise<number | null> {
  if (process.platform !== 'linux') return null
  const match = /^RssAnon:\s+(\d+) kB$/m.exec((await readProc(`/proc/${pid}/status`)) ?? '')
  return match === null ? null : Number(match[1]) * 1024
}

async function linuxIdentity(pid: number): Promise<ProcessIdentity | null> {
  const stat = await readProc(`/proc/${pid}/stat`)
  const fields = stat === null ? null : parseProcStat(stat)
  if (fields === null || fields.state === 'Z' || fields.state === 'X') return null
  const [boot, commandLine] = await Promise.all([
    readProc('/proc/sys/kernel/random/boot_id'),
    readProc(`/proc/${pid}/cmdline`)
  ])
  return {
    started: `${(boot ?? '').trim()}/${fields.startTicks}`,
    binary: (commandLine ?? '').split('\0')[0] ?? '',
    stopped: fields.state === 'T',
    cpuTicks: fields.cpuTicks
  }
}

async function readProc(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ESRCH')) return null
    throw error
  }
}

/**
 * The fields of /proc/PID/stat that matter here; null when the text is none (proc(5)).
 * @internal For its test.
 */
export function parseProcStat(
  text: string
): { readonly state: string; readonly cpuTicks: number; readonly startTicks: string } | null {
  // The command name is in parentheses and may itself hold spaces and parentheses.
  const end = text.lastIndexOf(')')
  if (end < 0) return null
  const fields = text
    .slice(end + 1)
    .trim()
    .split(' ')
  const [state, user, system, start] = [fields[0], fields[11], fields[12], fields[19]]
  if (state === undefined || start === undefined) return null
  return { state, cpuTicks: Number(user) + Number(system), startTicks: start }
}

async function psIdentity(pid: number): Promise<ProcessIdentity | null> {
  if (process.platform === 'win32') return null
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=,command=', '-p', String(pid)], {
      env: { ...process.env, LC_ALL: 'C' },
      timeout: 5000
    })
    return parsePs(stdout)
  } catch (error) {
    // ps ends with 1 when no such process is there.
    if (error instanceof Error && 'code' in error && error.code === 1) return null
    throw error
  }
}

/**
 * `Ss   Sat Nov 21 08:43:33 2026 /path/to/program --flags`.
 * @internal For its test.
 */
export function parsePs(text: string): ProcessIdentity | null {
  const match = /^\s*(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d{4})\s+(.+?)\s*$/m.exec(text)
  if (match === null || match[1]?.startsWith('Z')) return null
  return {
    started: (match[2] ?? '').replace(/\s+/g, ' '),
    binary: match[3] ?? '',
    stopped: match[1]?.startsWith('T') ?? false,
    cpuTicks: null
  }
}
