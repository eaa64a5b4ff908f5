// The contract tests: npm run test -w @unhosted/swarm-contracts [-- --update | --deep] [-- arguments of forge test]
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { runForge } from './forge.ts'

const given = process.argv.slice(2)
const mode = given[0] === '--deep' || given[0] === '--update' ? given[0] : 'check'
const forgeArgs = mode === 'check' ? given : given.slice(1)

/** Gas is compared with snapshots/*.json; --update writes them. Deep runs take another seed each time. */
const modes: Readonly<Record<typeof mode, { args: readonly string[]; environment: Readonly<Record<string, string>> }>> =
  {
    check: { args: [], environment: { FORGE_SNAPSHOT_CHECK: 'true' } },
    '--update': { args: [], environment: {} },
    '--deep': {
      args: ['--fuzz-seed', `0x${randomBytes(8).toString('hex')}`, '--no-match-path', '*Gas.t.sol'],
      environment: { FOUNDRY_PROFILE: 'deep', FORGE_SNAPSHOT_EMIT: 'false' }
    }
  }
const { args, environment } = modes[mode]

const started = performance.now()
const { code, stdout } = await runForge(['test', ...args, ...forgeArgs], { environment, show: true })
const seconds = ((performance.now() - started) / 1000).toFixed(1)
const calls = [...stdout.matchAll(/\(runs: \d+, calls: (\d+), reverts: \d+/g)].reduce(
  (sum, [, n]) => sum + Number(n),
  0
)
process.stdout.write(`${calls.toLocaleString('en')} invariant calls; ${seconds} s with compilation\n`)
if (mode === '--deep') process.stdout.write(`The same again: ${args.slice(0, 2).join(' ')}\n`)
process.exitCode = code

// For .ci/run, which adds contract tests and the others up.
const resultsFile = process.env.UNHOSTED_CONTRACT_RESULTS
if (resultsFile !== undefined) {
  const [, passed, failed] =
    /: (\d+) tests passed, (\d+) failed, \d+ skipped \(\d+ total tests\)\s*$/m.exec(stdout) ?? []
  const counted = { passed: Number(passed ?? 0), failed: Number(failed ?? 1) }
  await writeFile(resultsFile, JSON.stringify(counted))
}
