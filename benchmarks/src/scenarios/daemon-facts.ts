import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { InviteView, PeersReport } from '@unhosted/core/control'
import { createLab, type Lab } from '@unhosted/lab'
import { must } from './daemon-targets.ts'

/** What a daemon costs and how fast it is about it; one entry a run. */
export interface DaemonFacts {
  /** Start of the process to `ready`, ms. */
  readonly readyMs: readonly number[]
  /** Start of the second daemon to the first one's listing of it, ms. */
  readonly seenMs: readonly number[]
  /** `unhosted pair <invite>` from start to exit, the CLI's own start included, ms. */
  readonly inviteMs: readonly number[]
  /** Resident memory of an idle, paired daemon, bytes. Linux only. */
  readonly idleResidentBytes: readonly number[]
  /** Share of one core that it uses. Linux only. */
  readonly idleCore: readonly number[]
}

/** A daemon is idle once what pairing set off is over: it tells what it has, and gives memory back after 10 s. */
const settleMs = 15_000
/** How long an idle daemon is watched. */
const idleMs = 20_000
/** Source: sysconf(_SC_CLK_TCK), 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

export async function measureDaemon(runs: number): Promise<DaemonFacts> {
  const facts = { readyMs: [], seenMs: [], inviteMs: [], idleResidentBytes: [], idleCore: [] } as {
    [K in keyof DaemonFacts]: number[]
  }
  for (let run = 0; run < runs; run++) {
    const lab = await createLab({ hosts: 2, say: () => {} })
    try {
      facts.readyMs.push(await timed(() => lab.host(1).start()))
      facts.seenMs.push(await timed(() => seen(lab)))
      const { invite } = (await must(lab.host(1), ['pair', '--invite', '--radius', 'local'])) as InviteView
      facts.inviteMs.push(await timed(() => must(lab.host(2), ['pair', invite, '--radius', 'local'])))
      if (process.platform !== 'linux') continue
      const idle = await watchIdle(lab.host(1).daemon?.pid ?? 0)
      facts.idleResidentBytes.push(idle.residentBytes)
      facts.idleCore.push(idle.core)
    } finally {
      await lab.stop()
    }
  }
  return facts
}

async function seen(lab: Lab): Promise<void> {
  const peer = lab.host(1).daemon?.waitFor('peer', (event) => event.peer.state !== 'offline')
  await lab.host(2).start()
  await peer
  const { peers } = (await must(lab.host(1), ['peers'])) as PeersReport
  if (peers.length !== 1) throw new Error('The daemon announced a peer that it does not list.')
}

async function watchIdle(pid: number): Promise<{ readonly residentBytes: number; readonly core: number }> {
  const ticks = async (): Promise<number> => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  }
  await sleep(settleMs)
  const before = await ticks()
  await sleep(idleMs)
  const core = ((await ticks()) - before) / ticksPerSecond / (idleMs / 1000)
  const resident = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { residentBytes: Number(resident) * 1024, core }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
