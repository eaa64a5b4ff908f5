import { readdir, readFile } from 'node:fs/promises'
import { must } from './command.ts'
import type { HostProcess } from './types.ts'

/** Every process of this machine that we may look at. */
export async function listProcesses(): Promise<readonly HostProcess[]> {
  return process.platform === 'linux' ? listFromProc() : listFromPs()
}

async function listFromProc(): Promise<readonly HostProcess[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(names.map((name) => readProcess(Number(name))))
  return found.filter((one) => one !== undefined)
}

async function readProcess(pid: number): Promise<HostProcess | undefined> {
  try {
    const [stat, cmdline] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8')
    ])
    const fields = statFields(stat)
    if (fields[0] === 'Z') return undefined
    return { pid, parentPid: Number(fields[1]), argv: cmdline.split('\0').slice(0, -1) }
  } catch {
    // Ended between the listing and the reading.
    return undefined
  }
}

/** Fields of /proc/PID/stat after the command's name, which may hold blanks and brackets. Source: proc(5). */
function statFields(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

async function listFromPs(): Promise<readonly HostProcess[]> {
  const text = await must(['ps', '-axo', 'pid=,ppid=,command='])
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), parentPid: Number(parent), argv: (command ?? '').split(' ') }]
  })
}

/** Clock ticks after boot at which a process started; tells it from a later one with the same pid. Empty when it is gone. */
export async function startTicks(pid: number): Promise<string> {
  try {
    return statFields(await readFile(`/proc/${pid}/stat`, 'utf8'))[19] ?? ''
  } catch {
    return ''
  }
}

/** `roots` and everything below them. */
export function descendants(all: readonly HostProcess[], roots: readonly number[]): readonly HostProcess[] {
  const wanted = new Set(roots)
  let grew = true
  while (grew) {
    const before = wanted.size
    for (const one of all) if (wanted.has(one.parentPid)) wanted.add(one.pid)
    grew = wanted.size > before
  }
  return all.filter((one) => wanted.has(one.pid))
}

/** Send a signal; a process that is gone already is no error. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
