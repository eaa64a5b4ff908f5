// Breaks the contracts on purpose, one way at a time, and fails unless the tests catch each: npm run mutants [-- WORDS]
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { runForge } from './forge.ts'
import { interrupted } from './interrupt.ts'
import { type Mutant, mutate } from './mutants/mutant.ts'
import { providerStakeMutants } from './mutants/provider-stake.ts'
import { swarmLanesMutants } from './mutants/swarm-lanes.ts'
import { withProjectCopy } from './project-copy.ts'

/**
 * Fast compilation: no optimizer, and tests find contracts when they run, so only the broken file compiles again.
 * Gas tests would catch most by a changed figure, which proves nothing.
 */
const environment = {
  FOUNDRY_OPTIMIZER: 'false',
  FOUNDRY_DYNAMIC_TEST_LINKING: 'true',
  FORGE_SNAPSHOT_EMIT: 'false',
  FOUNDRY_INVARIANT_RUNS: '16'
}
const units = (tests: string) => ['--match-path', `test/${tests}*.t.sol`, '--no-match-path', '*{Gas,Invariant}.t.sol']
const invariants = (tests: string) => ['--match-path', `test/${tests}Invariant.t.sol`]

interface TestResult {
  readonly status: 'Success' | 'Failure' | 'Skipped'
  readonly reason: string | null
}
type Suites = Readonly<Record<string, { readonly test_results: Readonly<Record<string, TestResult>> }>>

/** The first test that failed, and why; undefined when all passed. Throws when the copy does not even compile. */
async function firstFailure(folder: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stdout, stderr } = await runForge(['test', '--json', '--fail-fast', ...args], {
    cwd: folder,
    environment,
    signal: interrupted
  })
  const json = stdout.split('\n').find((line) => line.startsWith('{"test/'))
  if (json === undefined) throw new Error(`forge test failed:\n${`${stdout}${stderr}`.slice(-2_000)}`)
  for (const [suite, { test_results }] of Object.entries(JSON.parse(json) as Suites)) {
    for (const [test, { status, reason }] of Object.entries(test_results)) {
      if (status === 'Failure') return `${suite.split(':')[1]}.${test.replace(/\(.*$/, '')}: ${reason ?? 'no reason'}`
    }
  }
  if (code !== 0) throw new Error(`forge test failed without a failed test:\n${stderr.slice(-2_000)}`)
  return undefined
}

/** Which test catches a mutant; undefined when it survives units and invariants. */
async function catcher(base: string, mutant: Mutant): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'unhosted-mutant-'))
  try {
    await cp(base, folder, { recursive: true, verbatimSymlinks: true })
    const path = join(folder, mutant.file)
    await writeFile(path, mutate(await readFile(path, 'utf8'), mutant))
    return (await firstFailure(folder, units(mutant.tests))) ?? (await firstFailure(folder, invariants(mutant.tests)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** `work` on each item, as many at once as there are cores. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

const words = process.argv.slice(2).join(' ')
const mutants = [...swarmLanesMutants, ...providerStakeMutants].filter(({ id }) => id.includes(words))
const survivors: string[] = []
const started = performance.now()
await withProjectCopy(async (base) => {
  for (const tests of new Set(mutants.map((mutant) => mutant.tests))) {
    const broken = (await firstFailure(base, units(tests))) ?? (await firstFailure(base, invariants(tests)))
    if (broken !== undefined) throw new Error(`the contracts fail without being broken on purpose: ${broken}`)
  }
  await each(mutants, async (mutant) => {
    const caught = await catcher(base, mutant)
    if (caught === undefined) survivors.push(mutant.id)
    process.stdout.write(
      `${caught === undefined ? 'SURVIVED' : 'caught'}  ${mutant.id}\n          ${caught ?? 'no test failed'}\n`
    )
  })
})
const seconds = ((performance.now() - started) / 1000).toFixed(0)
process.stdout.write(`${mutants.length - survivors.length} of ${mutants.length} mutants caught in ${seconds} s\n`)
if (survivors.length > 0 || mutants.length === 0) process.exitCode = 1
