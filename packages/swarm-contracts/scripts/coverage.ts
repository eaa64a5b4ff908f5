// Fails unless the tests reach every line and branch of contracts/**, the mock token included.
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectFolder, runForge } from './forge.ts'
import { interrupted } from './interrupt.ts'
import { type FileCoverage, parseLcov } from './lcov.ts'
import { withProjectCopy } from './project-copy.ts'

// Invariants are left out, so that each branch has a test that means it and luck counts for nothing; gas tests are left
// out, because coverage compiles without the optimizer.
const skipped = ['--no-match-contract', 'Invariant', '--no-match-path', '*Gas.t.sol']
const args = ['coverage', ...skipped, '--report', 'lcov', '--report-file', 'lcov.info']

const files = await withProjectCopy(async (folder): Promise<readonly FileCoverage[]> => {
  const environment = { FOUNDRY_PROFILE: 'coverage', FORGE_SNAPSHOT_EMIT: 'false' }
  const { code, stdout, stderr } = await runForge(args, { cwd: folder, environment, signal: interrupted })
  if (code !== 0) throw new Error(`forge coverage failed:\n${`${stdout}${stderr}`.slice(-4_000)}`)
  return parseLcov(await readFile(join(folder, 'lcov.info'), 'utf8'))
})
const measured = files.filter(({ path }) => path.startsWith('contracts/'))

for (const { path, lines, branches, missedLines, missedBranches } of measured) {
  const reached = `${lines - missedLines.length}/${lines} lines, ${branches - missedBranches.length}/${branches} branches`
  process.stdout.write(`${path}: ${reached}\n`)
  if (missedLines.length > 0) process.stdout.write(`  no test reaches line ${missedLines.join(', ')}\n`)
  if (missedBranches.length > 0) process.stdout.write(`  no test takes a branch at line ${missedBranches.join(', ')}\n`)
}

// A file that no test even imports is not in the report: it must have no code then.
const unseen: string[] = []
for await (const path of glob('contracts/**/*.sol', { cwd: projectFolder })) {
  if (measured.some((file) => file.path === path.replaceAll('\\', '/'))) continue
  if (/^\s*(abstract )?(contract|library)\b/m.test(await readFile(join(projectFolder, path), 'utf8'))) unseen.push(path)
}
for (const path of unseen) process.stdout.write(`${path}: no test imports it\n`)

if (unseen.length > 0 || measured.some((file) => file.missedLines.length + file.missedBranches.length > 0)) {
  process.stdout.write('Coverage is not complete.\n')
  process.exitCode = 1
}
