import type { EngineRunner } from '@unhosted/node/engine'
import { shorten } from './measure/stats.ts'
import type { ModelResult, TargetResult } from './report.ts'
import { type DaemonTarget, startGateway, startLabHosts, startTunnel } from './scenarios/daemon-targets.ts'
import { type Layout, startDirect, startRawRpc, startRelayedRpc } from './scenarios/engine-targets.ts'
import { type ModelUnderTest, prompt, type Target } from './scenarios/target.ts'

interface Run {
  readonly model: ModelUnderTest
  /** By how many processes share the cores: one, or the two of a pool. */
  readonly runners: { readonly solo: EngineRunner; readonly pooled: EngineRunner }
  readonly runs: number
  /** Whether daemons take part, or only the engine. */
  readonly daemons: boolean
  readonly say: (line: string) => void
  /** Gets a line for every target that could not be started. */
  readonly notMeasured: string[]
}

/** One-token answers for the gateway's overhead; short, so many of them. */
const overheadRounds = 40

/** Half of the layers on one RPC server; taken when no daemon says how it would lay them out. */
function halfRemote(layers: number): Layout {
  const remote = Math.ceil(layers / 2)
  return { gpuLayers: remote + 1, devices: ['RPC0'], tensorSplit: [remote + 1] }
}

/** Load every target, then ask each in turn, round after round, so that all share the machine's moods. */
export async function runModel(run: Run): Promise<ModelResult> {
  const { model, runners } = run
  const loaded: Target[] = []
  const load = async <T extends Target>(name: string, start: () => Promise<T>): Promise<T | null> => {
    run.say(`${model.name}: loading ${name}`)
    try {
      const target = await start()
      loaded.push(target)
      return target
    } catch (error) {
      run.notMeasured.push(`${model.name}: ${name}: ${error instanceof Error ? error.message : String(error)}`)
      return null
    }
  }
  try {
    const direct = await load('llama-server', () => startDirect(runners.solo, model))
    const gateway = run.daemons ? await load('gateway', () => startGateway(model)) : null
    let tls: DaemonTarget | null = null
    if (run.daemons) {
      tls = await load('tls tunnel', () => startTunnel('tls', model))
      await load('libp2p tunnel', () => startTunnel('libp2p', model))
      for (const hosts of [2, 3]) await load(`${hosts} lab hosts`, () => startLabHosts(hosts, model))
    }
    const layout = tls?.layout ?? halfRemote(model.facts.layerCount)
    await load('raw RPC', () => startRawRpc(runners.pooled, model, layout))
    await load('TCP relay', () => startRelayedRpc(runners.pooled, model, layout))
    const targets = await askInTurn(loaded, run)
    const gatewayOverhead =
      direct !== null && gateway !== null ? await compareFirstTokens(direct, gateway, model) : null
    return {
      model: model.name,
      parameters: model.facts.parameterCount,
      fileBytes: model.facts.fileBytes,
      tokens: model.tokens,
      targets,
      gatewayOverhead
    }
  } finally {
    for (const target of loaded) await target.stop()
  }
}

async function askInTurn(targets: readonly Target[], run: Run): Promise<readonly TargetResult[]> {
  const question = { model: run.model.name, prompt, tokens: run.model.tokens }
  const measured = targets.map((target) => ({
    target,
    firstTokenMs: [] as number[],
    tokensPerSecond: [] as number[],
    plan: null as string | null
  }))
  for (let round = 0; round < run.runs; round++) {
    for (const one of measured) {
      const timing = await one.target.answer(question)
      one.firstTokenMs.push(timing.firstTokenMs)
      one.tokensPerSecond.push(timing.tokensPerSecond)
      one.plan = timing.plan
      run.say(`${run.model.name}: round ${round + 1}, ${one.target.name}: ${shorten(timing.tokensPerSecond)} tokens/s`)
    }
  }
  return measured.map(({ target, ...rest }) => ({
    name: target.name,
    loadMs: target.loadMs,
    bytesSent: target.bytesSent,
    ...rest
  }))
}

/** First tokens of short answers, asked of both in turn. */
async function compareFirstTokens(direct: Target, gateway: Target, model: ModelUnderTest) {
  const question = { model: model.name, prompt: 'Once', tokens: 1 }
  const overhead = { direct: [] as number[], gateway: [] as number[] }
  for (let round = 0; round < overheadRounds; round++) {
    overhead.direct.push((await direct.answer(question)).firstTokenMs)
    overhead.gateway.push((await gateway.answer(question)).firstTokenMs)
  }
  return overhead
}
