import type { DaemonStatus, InviteView } from '@unhosted/core/control'
import { engineArguments, limitsForMachines } from '@unhosted/core/planner'
import { createLab, type Host, type Lab } from '@unhosted/lab'
import { timeAnswer } from '../measure/answer.ts'
import type { Layout } from './engine-targets.ts'
import { type ModelUnderTest, prompt, soloThreads, type Target } from './target.ts'

/** A target that daemons make, with the layout they chose. */
export interface DaemonTarget extends Target {
  readonly layout: Layout
  readonly plan: string
}

const quiet = { say: () => {} }

/** One daemon with memory enough: the gateway over a solo llama-server. */
export async function startGateway(model: ModelUnderTest): Promise<DaemonTarget> {
  const environment = { UNHOSTED_THREADS: String(soloThreads) }
  const lab = await createLab({ hosts: 1, kind: 'loopback', environment, ...quiet })
  return startPool('gateway over llama-server', lab, model, { head: [], lender: [] })
}

/** Two daemons on this machine, each with too little memory: a pool through one kind of tunnel. */
export async function startTunnel(kind: 'tls' | 'libp2p', model: ModelUnderTest): Promise<DaemonTarget> {
  const lab = await createLab({ hosts: 2, kind: 'loopback', environment: { UNHOSTED_TUNNEL: kind }, ...quiet })
  return startPool(`pool of 2 on loopback, ${kind} tunnel`, lab, model, memoryArguments(model, 2))
}

/** So many hosts on a bridge. */
export async function startLabHosts(hosts: number, model: ModelUnderTest): Promise<DaemonTarget> {
  const lab = await createLab({ hosts, ...quiet })
  const where = lab.kind === 'namespaces' ? 'hosts in the lab' : 'daemons on loopback'
  return startPool(`pool of ${hosts} ${where}`, lab, model, memoryArguments(model, hosts))
}

/** For the head, and for those that lend to it: only the head need be too small, and a lender's memory bounds what it lends. */
function memoryArguments(model: ModelUnderTest, hosts: number): Limits {
  const limits = limitsForMachines(model.facts, model.contextSize, hosts)
  if (limits === null) throw new Error(`No limits make this model need ${hosts} hosts.`)
  const { memoryBytes, lendBytes } = limits
  const lend = ['--lend-memory', String(lendBytes)]
  return {
    head: ['--memory', String(memoryBytes), ...lend],
    lender: ['--memory', String(Math.max(memoryBytes, lendBytes)), ...lend]
  }
}

interface Limits {
  readonly head: readonly string[]
  readonly lender: readonly string[]
}

async function startPool(name: string, lab: Lab, model: ModelUnderTest, limits: Limits): Promise<DaemonTarget> {
  try {
    const head = lab.host(1)
    const start = (host: Host) =>
      host.start(['--ctx', String(model.contextSize), ...(host === head ? limits.head : limits.lender)])
    await Promise.all(lab.hosts.map(start))
    if (model.name !== 'tiny') await must(head, ['models', 'import', model.path, '--name', model.name])
    for (const other of lab.hosts.slice(1)) await pair(head, other)
    const fetch = (path: string, init: RequestInit) => head.fetch(path, init)
    const started = performance.now()
    const first = await timeAnswer(fetch, { model: model.name, prompt, tokens: 1 })
    const loadMs = performance.now() - started
    const status = (await must(head, ['status'])) as DaemonStatus
    const [instance] = status.instances
    if (instance === undefined) throw new Error('The daemon answered without an instance.')
    const sent = status.leases.reduce((sum, lease) => sum + lease.bytesSent, 0)
    return {
      name,
      loadMs,
      bytesSent: status.leases.length === 0 ? null : sent,
      layout: engineArguments(instance.plan),
      plan: first.plan ?? '',
      answer: (question) => timeAnswer(fetch, question),
      stop: () => lab.stop()
    }
  } catch (error) {
    await lab.stop()
    throw error
  }
}

async function pair(issuer: Host, guest: Host): Promise<void> {
  const invite = (await must(issuer, ['pair', '--invite', '--radius', 'local'])) as InviteView
  await must(guest, ['pair', invite.invite, '--radius', 'local'])
}

/** @returns what the command printed as JSON @throws Error when it fails */
export async function must(host: Host, args: readonly string[]): Promise<unknown> {
  const result = await host.cli(args)
  if (result.code !== 0) throw new Error(`unhosted ${args.join(' ')}: ${result.stdout}${result.stderr}`)
  return result.json
}
