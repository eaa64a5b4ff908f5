import type { MachineFacts } from './measure/machine.ts'
import { formatSpread, shorten, spread } from './measure/stats.ts'
import type { DaemonFacts } from './scenarios/daemon-facts.ts'

/** Everything measured of one target, in the order of the runs. */
export interface TargetResult {
  readonly name: string
  readonly plan: string | null
  readonly loadMs: number
  readonly bytesSent: number | null
  readonly firstTokenMs: readonly number[]
  readonly tokensPerSecond: readonly number[]
}

export interface ModelResult {
  readonly model: string
  readonly parameters: number
  readonly fileBytes: number
  readonly tokens: number
  readonly targets: readonly TargetResult[]
  /** Time to first token of one-token answers, asked in turn, ms. */
  readonly gatewayOverhead: { readonly direct: readonly number[]; readonly gateway: readonly number[] } | null
}

export interface BenchResult {
  readonly date: string
  readonly machine: MachineFacts
  readonly runs: number
  readonly models: readonly ModelResult[]
  readonly daemon: DaemonFacts | null
  /** What was asked for and could not be measured, with the reason. */
  readonly notMeasured: readonly string[]
}

/** A goal, what was measured, and whether it was reached; goals that were missed stay in the table. */
interface Goal {
  readonly text: string
  readonly measured: string
  readonly reached: boolean
}

export function renderReport(result: BenchResult): string {
  const { machine } = result
  const lines = [
    `# Benchmark ${result.date}, ${machine.commit}${machine.dirty ? ' with uncommitted changes' : ''}`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${shorten(machine.memoryBytes / 2 ** 30)} GiB; ${machine.system}; Node ${machine.node}.`,
    `Medians of ${result.runs} runs, each target asked in turn; in brackets the smallest and the largest. All hosts share this machine's cores; where one machine answers alone, its engine leaves one core free.`,
    ''
  ]
  for (const model of result.models) lines.push(...renderModel(model))
  if (result.daemon !== null) lines.push(...renderDaemon(result.daemon))
  const goals = [...result.models.flatMap(modelGoals), ...(result.daemon === null ? [] : daemonGoals(result.daemon))]
  lines.push('## Goals', '', '| goal | measured | reached |', '|---|---|---|')
  for (const goal of goals) lines.push(`| ${goal.text} | ${goal.measured} | ${goal.reached ? 'yes' : '**no**'} |`)
  if (result.notMeasured.length > 0)
    lines.push('', '## Not measured', '', ...result.notMeasured.map((one) => `- ${one}`))
  return `${lines.join('\n')}\n`
}

function renderModel(model: ModelResult): readonly string[] {
  const size = `${shorten(model.parameters / 1e6)} M parameters, ${shorten(model.fileBytes / 1e6)} MB`
  return [
    `## ${model.model} (${size}), ${model.tokens} tokens an answer`,
    '',
    '| target | tokens/s | time to first token, ms | load, s | sent, MB | sent, MB/s of load | layout |',
    '|---|---|---|---|---|---|---|',
    ...model.targets.map((target) => {
      const sent = target.bytesSent === null ? ['', ''] : [target.bytesSent / 1e6, loadRate(target)].map(shorten)
      const cells = [
        target.name,
        formatSpread(spread(target.tokensPerSecond)),
        formatSpread(spread(target.firstTokenMs)),
        shorten(target.loadMs / 1000),
        ...sent,
        target.plan ?? ''
      ]
      return `| ${cells.join(' | ')} |`
    }),
    ''
  ]
}

function renderDaemon(daemon: DaemonFacts): readonly string[] {
  const rows: readonly (readonly [string, readonly number[], number])[] = [
    ['ready after start, ms', daemon.readyMs, 1],
    ['peer listed after its start, ms', daemon.seenMs, 1],
    ['invite accepted, ms', daemon.inviteMs, 1],
    ['idle: resident memory, MB', daemon.idleResidentBytes, 1e-6],
    ['idle: share of a core, %', daemon.idleCore, 100]
  ]
  const measured = rows.filter(([, values]) => values.length > 0)
  const cells = measured.map(([name, values, scale]) => [name, formatSpread(spread(values.map((one) => one * scale)))])
  return ['## The daemon', '', '| what | measured |', '|---|---|', ...cells.map((row) => `| ${row.join(' | ')} |`), '']
}

function loadRate(target: TargetResult): number {
  return (target.bytesSent ?? 0) / 1e6 / (target.loadMs / 1000)
}

function modelGoals(model: ModelResult): readonly Goal[] {
  const find = (part: string): TargetResult | undefined => model.targets.find((target) => target.name.includes(part))
  const speed = (target: TargetResult): number => spread(target.tokensPerSecond).median
  const [direct, gateway, raw] = [find('asked directly'), find('gateway'), find('raw RPC')]
  const [relay, tls] = [find('plain Node TCP relay'), find('tls tunnel')]
  const goals: Goal[] = []
  if (model.gatewayOverhead !== null) {
    const added = spread(model.gatewayOverhead.gateway).median - spread(model.gatewayOverhead.direct).median
    goals.push(goal(model, 'gateway adds at most 2 ms to the first token', `${shorten(added)} ms`, added <= 2))
  }
  if (direct !== undefined && gateway !== undefined) {
    const share = speed(gateway) / speed(direct)
    goals.push(goal(model, 'gateway keeps 0.99 of tokens/s', shorten(share), share >= 0.99))
  }
  if (raw !== undefined && tls !== undefined) {
    const share = speed(tls) / speed(raw)
    goals.push(goal(model, 'direct tunnel gives 0.98 of raw RPC', shorten(share), share >= 0.98))
  }
  // Of a few megabytes, starting the processes is most of the time: that says nothing of the tunnel.
  if (relay !== undefined && tls !== undefined && (tls.bytesSent ?? 0) > 100e6) {
    const share = loadRate(tls) / loadRate(relay)
    goals.push(goal(model, 'direct tunnel loads at 0.6 of a TCP relay', shorten(share), share >= 0.6))
  }
  return goals
}

function goal(model: ModelResult, text: string, measured: string, reached: boolean): Goal {
  return { text: `${model.model}: ${text}`, measured, reached }
}

function daemonGoals(daemon: DaemonFacts): readonly Goal[] {
  const limits: readonly (readonly [string, readonly number[], number, number, string])[] = [
    ['ready within 1.5 s', daemon.readyMs, 1500, 1, 'ms'],
    ['a peer seen within 2 s', daemon.seenMs, 2000, 1, 'ms'],
    ['an invite accepted within 2 s', daemon.inviteMs, 2000, 1, 'ms'],
    ['idle under 150 MB', daemon.idleResidentBytes, 150e6, 1e-6, 'MB'],
    ['idle under 1 % of a core', daemon.idleCore, 0.01, 100, '%']
  ]
  return limits
    .filter(([, values]) => values.length > 0)
    .map(([text, values, limit, scale, unit]) => {
      const { median } = spread(values)
      return { text, measured: `${shorten(median * scale)} ${unit}`, reached: median <= limit }
    })
}
