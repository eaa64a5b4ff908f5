import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createLab } from '@unhosted/lab'
import type { Engine } from '@unhosted/node/engine'
import { createEngineRunner } from '@unhosted/node/engine'
import { silentLog } from '@unhosted/node/log'
import { inspectGguf } from '@unhosted/node/models'
import { homePaths } from '@unhosted/node/store'
import { machineFacts } from './measure/machine.ts'
import { defaultShape, generatedModel, parameterCount } from './model/generate.ts'
import { type BenchResult, renderReport } from './report.ts'
import { runModel } from './run-model.ts'
import { measureDaemon } from './scenarios/daemon-facts.ts'
import { must } from './scenarios/daemon-targets.ts'
import { type ModelUnderTest, soloThreads } from './scenarios/target.ts'

const { values } = parseArgs({
  options: {
    /** Rounds over all targets. */
    runs: { type: 'string', default: '5' },
    /** `tiny`, `generated`, or both. */
    model: { type: 'string', multiple: true, default: ['tiny', 'generated'] },
    /** Only llama-server and RPC, no daemons. */
    engine: { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('../results', import.meta.url)) }
  }
})
const tinyPath = fileURLToPath(new URL('../../packages/node/assets/tiny/unhosted-tiny-q8_0.gguf', import.meta.url))
const say = (line: string): void => void process.stderr.write(`${line}\n`)

const home = await mkdtemp(join(tmpdir(), 'unhosted-bench-'))
try {
  await main(home)
} finally {
  await rm(home, { recursive: true, force: true })
}

async function main(home: string): Promise<void> {
  const runs = Number(values.runs)
  const paths = homePaths(home)
  await mkdir(paths.run, { recursive: true })
  await mkdir(paths.engineLogs, { recursive: true })
  const engine = await findEngine()
  // As the lab sets its daemons: each of several hosts has its share of the cores.
  const cores = availableParallelism()
  const start = (threads: number) => createEngineRunner({ engine, paths, log: silentLog, threads })
  const runners = { solo: start(soloThreads), pooled: start(Math.max(1, Math.floor(cores / 2))) }
  const notMeasured: string[] = []
  try {
    const models = []
    for (const name of values.model) {
      const model = name === 'tiny' ? await tiny() : await generated()
      models.push(await runModel({ model, runners, runs, daemons: !values.engine, say, notMeasured }))
    }
    if (!values.engine) say('the daemon by itself')
    const daemon = values.engine ? null : await measureDaemon(Math.min(runs, 3))
    const date = new Date().toISOString()
    await save({ date, machine: machineFacts(), runs, models, daemon, notMeasured })
  } finally {
    await runners.solo.stop()
    await runners.pooled.stop()
  }
}

async function save(result: BenchResult): Promise<void> {
  await mkdir(values.out, { recursive: true })
  const name = join(values.out, `${result.date.slice(0, 10)}-${result.machine.commit}`)
  const report = renderReport(result)
  await writeFile(`${name}.json`, `${JSON.stringify(result, null, 2)}\n`)
  await writeFile(`${name}.md`, report)
  process.stdout.write(`${report}\n${name}.md\n`)
}

async function tiny(): Promise<ModelUnderTest> {
  const facts = await inspectGguf(tinyPath, { signal: AbortSignal.timeout(60_000) })
  return { name: 'tiny', path: tinyPath, facts, contextSize: 2048, tokens: 256 }
}

async function generated(): Promise<ModelUnderTest> {
  say(`generated model, ${(parameterCount(defaultShape) / 1e9).toFixed(2)} B parameters`)
  const path = await generatedModel(defaultShape, tinyPath)
  const facts = await inspectGguf(path, { signal: AbortSignal.timeout(60_000) })
  return { name: 'generated', path, facts, contextSize: 512, tokens: 32 }
}

/** The engine that the daemons of this checkout run. */
async function findEngine(): Promise<Engine> {
  const configured = process.env.UNHOSTED_ENGINE
  if (configured !== undefined) {
    const [serverPath, rpcServerPath] = [join(configured, 'llama-server'), join(configured, 'ggml-rpc-server')]
    return { version: 'configured', directory: configured, serverPath, rpcServerPath, source: 'config' }
  }
  const lab = await createLab({ hosts: 1, kind: 'loopback', say: () => {} })
  try {
    return (await must(lab.host(1), ['engine', 'path'])) as Engine
  } finally {
    await lab.stop()
  }
}
