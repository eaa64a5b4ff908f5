import { parseProcStat, processIdentity, readProc } from '../base/index.ts'

/** Whether a process was stopped by a signal: one small read on Linux, for looking often. */
export async function isStopped(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return (await processIdentity(pid))?.stopped ?? false
  const stat = await readProc(`/proc/${pid}/stat`)
  return stat !== null && parseProcStat(stat)?.state === 'T'
}

/** Memory of its own (heap and the like, not mapped files) that a process has in RAM, bytes; null where unknown. */
export async function anonymousBytes(pid: number): Promise<number | null> {
  if (process.platform !== 'linux') return null
  const match = /^RssAnon:\s+(\d+) kB$/m.exec((await readProc(`/proc/${pid}/status`)) ?? '')
  return match === null ? null : Number(match[1]) * 1024
}
