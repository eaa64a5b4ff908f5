import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { runProgram } from '../../testing/program.ts'

const program = fileURLToPath(new URL('../../../bin/unhosted.js', import.meta.url))
const run = promisify(execFile)

describe.runIf(process.platform !== 'win32')('completion in bash', () => {
  /** What a person sees on Tab after these words; the last one is not finished. */
  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { stdout: script } = await runProgram(['completion', 'bash'])
    const typed = ['unhosted', ...words]
    const commands = [
      script,
      `unhosted() { '${process.execPath}' '${program}' "$@"; }`,
      `COMP_WORDS=(${typed.map((word) => `'${word}'`).join(' ')})`,
      `COMP_CWORD=${words.length}`,
      '_unhosted_complete',
      `printf '%s\\n' "\${COMPREPLY[@]}"`
    ]
    const { stdout } = await run('bash', ['--norc', '-c', commands.join('\n')])
    return stdout.trim().split('\n')
  }

  const cases: { id: string; words: readonly string[]; found: readonly string[] }[] = [
    { id: 'a command', words: ['mo'], found: ['models'] },
    { id: 'several commands', words: ['pe'], found: ['peers'] },
    { id: 'a subcommand', words: ['engine', 'b'], found: ['build'] },
    { id: 'a flag', words: ['serve', '--lend'], found: ['--lend-memory'] },
    { id: 'a choice', words: ['pair', '--radius', 'l'], found: ['local'] }
  ]
  it.each(cases)(
    'completes $id',
    async ({ words, found }) => {
      expect(await complete(...words)).toEqual(found)
    },
    30_000
  )
})
