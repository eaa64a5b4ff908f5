import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readText } from './tree.ts'

// No export without a user: knip holds it for the whole tree (`npm run lint`), and here on a package with violations.

interface KnipConfig {
  readonly workspaces: Readonly<Record<string, object>>
}

/** A package of the workspace, as knip reads it, with the rules that knip.json sets for core. */
const seeded = (): Readonly<Record<string, string>> => {
  const { $schema, ignoreIssues, workspaces, ...rules } = JSON.parse(readText('knip.json')) as KnipConfig & {
    $schema: string
    ignoreIssues?: object
  }
  return {
    'knip.json': JSON.stringify({ ...rules, ...workspaces['packages/core'] }),
    'package.json': JSON.stringify({
      name: 'seeded',
      type: 'module',
      exports: { '.': './src/index.ts' },
      devDependencies: { vitest: '*' }
    }),
    'src/index.ts': "import { used } from './used.ts'\nexport const nobodyImportsThis = used",
    'src/used.ts': [
      'export const used = own',
      'export const own = 1',
      'export interface OnlyHere {}',
      'export const tested: OnlyHere = {}',
      '/** @internal For its test. */',
      'export const markedInternal = 1'
    ].join('\n'),
    'src/used.test.ts': "import { markedInternal, tested } from './used.ts'\nconsole.log(markedInternal, tested)",
    'src/lonely.ts': 'export {}',
    'src/testing/double.ts': 'export const double = 1'
  }
}

interface Issue {
  readonly file: string
  readonly files: readonly unknown[]
  readonly exports: readonly { readonly name: string }[]
  readonly types: readonly { readonly name: string }[]
}

async function runKnip(folder: string): Promise<readonly Issue[]> {
  const knip = fileURLToPath(new URL('../../node_modules/knip/bin/knip.js', import.meta.url))
  const flags = ['--production', '--reporter', 'json', '--no-exit-code', '--include', 'files,exports,types']
  const { stdout } = await promisify(execFile)(process.execPath, [knip, ...flags], { cwd: folder })
  return (JSON.parse(stdout) as { issues: readonly Issue[] }).issues
}

describe('knip --production', () => {
  let folder = ''
  let issues: readonly Issue[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unhosted-knip-'))
    for (const [path, text] of Object.entries(seeded())) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    issues = await runKnip(folder)
  }, 30_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  const names = (kind: 'exports' | 'types', path: string): readonly string[] =>
    issues.filter(({ file }) => file === path).flatMap((issue) => issue[kind].map(({ name }) => name))

  it('finds an export that only its own file uses, or only a test', () => {
    expect(names('exports', 'src/used.ts')).toEqual(['own', 'tested'])
    expect(names('types', 'src/used.ts')).toEqual(['OnlyHere'])
  })

  it('finds an export of a public entry point that no package imports', () => {
    expect(names('exports', 'src/index.ts')).toEqual(['nobodyImportsThis'])
  })

  it('finds a file that nothing imports', () => {
    expect(issues.filter(({ files }) => files.length > 0).map(({ file }) => file)).toEqual(['src/lonely.ts'])
  })

  it('leaves test doubles alone, and what is marked @internal for its test', () => {
    expect(JSON.stringify(issues)).not.toMatch(/double|markedInternal/)
  })
})
