import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseContextSize } from '@unhosted/core/config'
import { BaseError } from '@unhosted/core/errors'
import { limitsForMachines } from '@unhosted/core/planner'
import { formatBytes } from '@unhosted/core/units'
import { silentLog } from '@unhosted/node/log'
import { createModelStore } from '@unhosted/node/models'
import { homePaths } from '@unhosted/node/store'
import type { CommandContext, Handler } from '../../command/context.ts'
import { buildWithProgress, lookForEngine } from '../../setup/engine.ts'
import { askPool } from './ask-pool.ts'
import type { options } from './index.ts'
import { createDemoMachines, type DemoMachine, type DemoMachines } from './machine.ts'
import { pairAll } from './pair-all.ts'
import { renderReport } from './report.ts'

const model = 'tiny'
const names = ['desk', 'attic', 'cellar'] as const

export const handle: Handler<typeof options, Record<never, never>> = async (args, context) => {
  const { environment, output, signal } = context
  await readyEngine(context)
  const folder = mkdtempSync(join(tmpdir(), 'unhosted-demo-'))
  const machines = createDemoMachines(folder, environment, signal)
  // On a second Ctrl-C the program ends without waiting: the machines must not outlive it even then.
  const onExit = (): void => {
    machines.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  process.on('exit', onExit)
  try {
    const started = await startPaired(folder, machines, context)
    const report = await askPool(model, args.prompt, started, context)
    output.result(report, () => renderReport(report, output.colours))
    if (args.keep === true) await untilInterrupted(started, context)
  } finally {
    output.note('Cleaning up ...')
    await machines.stop()
    process.off('exit', onExit)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function readyEngine(context: CommandContext): Promise<void> {
  const { engine } = await lookForEngine(context)
  if (engine !== null) return
  context.output.note('The first run builds the engine (llama.cpp) from source. This takes one or two minutes.')
  await buildWithProgress(context, false)
}

/** The three machines, running and paired; the first is the one that is asked. */
async function startPaired(
  folder: string,
  machines: DemoMachines,
  { output, signal }: CommandContext
): Promise<readonly [DemoMachine, ...DemoMachine[]]> {
  const { facts } = await createModelStore({ paths: homePaths(folder), log: silentLog }).find(model)
  const contextSize = chooseContextSize(null, facts.contextLength)
  const memory = limitsForMachines(facts, contextSize, names.length)
  if (memory === null) {
    throw new BaseError(
      'INTERNAL',
      `There is no memory limit at which "${model}" needs exactly ${names.length} machines.`,
      {
        advice: 'Report this with the output of: unhosted models show tiny --json'
      }
    )
  }
  const [first, ...others] = names
  const limits = `each may use ${formatBytes(memory.memoryBytes)} and lend ${formatBytes(memory.lendBytes)} of it`
  output.note(`Starting ${names.join(', ')}: ${limits}. Two of them are too small for "${model}" ...`)
  const [head, ...peers] = await Promise.all([
    machines.start(first, memory),
    ...others.map((name) => machines.start(name, memory))
  ])
  output.note('Pairing them by invite ...')
  await pairAll(head, peers, signal)
  return [head, ...peers]
}

function untilInterrupted(
  [head]: readonly [DemoMachine, ...DemoMachine[]],
  { output, signal }: CommandContext
): Promise<void> {
  output.note(`\nThe endpoint is ${head.endpoint}/v1, the model is "${model}". Press Ctrl-C to end the demo.`)
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    // Something must keep the program running while it waits.
    const alive = setInterval(() => {}, 60_000)
    signal.addEventListener('abort', () => clearInterval(alive), { once: true })
  })
}
