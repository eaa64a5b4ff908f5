// All tests: npm test [-- arguments of vitest]. Both halves run to their end, whatever the other one says.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

/** @returns the exit code; what a signal ended has failed */
async function run(command: string, args: readonly string[]): Promise<number> {
  const [code] = await once(spawn(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }), 'close')
  return code ?? 1
}

/** The contract tests compile on one core for most of their time, so they run beside the others and report afterwards. */
async function runContracts(): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(npm, ['run', '--silent', 'test', '-w', '@unhosted/swarm-contracts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32'
  })
  const [[code], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
  return { code: code ?? 1, output: stdout + stderr }
}

// The end-to-end tests drive the compiled program.
process.exitCode = await run('tsc', ['-b'])
if (process.exitCode === 0) {
  const [contracts, others] = await Promise.all([runContracts(), run('vitest', ['run', ...process.argv.slice(2)])])
  process.stdout.write(`\nContract tests\n${contracts.output}`)
  if (contracts.code !== 0) process.stdout.write('The contract tests failed.\n')
  process.exitCode = contracts.code === 0 && others === 0 ? 0 : 1
}
