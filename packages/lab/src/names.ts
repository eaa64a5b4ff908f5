import { startTicks } from './processes.ts'

/** Names of namespaces and folders say which process made them, so that leftovers of a dead one can be told. */
const pattern = /^unhosted-lab-(\d+)-(\d+)-\d+/

let made = 0

/** `unhosted-lab-PID-STARTTICKS-COUNT`: unique on this machine. */
export async function labName(): Promise<string> {
  made += 1
  return `unhosted-lab-${process.pid}-${(await startTicks(process.pid)) || '0'}-${made}`
}

/** Whether `name` was made by a lab whose process is gone. */
export async function isLeftover(name: string): Promise<boolean> {
  const [, pid, ticks] = pattern.exec(name) ?? []
  if (pid === undefined || ticks === '0') return false
  return (await startTicks(Number(pid))) !== ticks
}
