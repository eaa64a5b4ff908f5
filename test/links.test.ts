import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const tracked = (...patterns: readonly string[]): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--', ...patterns], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean)

/** The text without fenced blocks and code spans, where brackets are no links. */
const prose = (text: string): string => text.replace(/^ *(`{3,})[\s\S]*?^ *\1`*$/gm, '').replace(/(`+)[^`]*?\1/g, '')

/** What a heading is called in a link, by GitHub's rules. */
const slug = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')

/** Every anchor of a page. A heading that stands twice gets -1, -2, ... */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  const withoutBlocks = text.replace(/^ *(`{3,})[\s\S]*?^ *\1`*$/gm, '')
  for (const [, heading = ''] of withoutBlocks.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const name = slug(heading)
    let anchor = name
    for (let count = 1; anchors.has(anchor); count++) anchor = `${name}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

/** Relative targets of links and images, in the two forms that the pages use. */
const linksOf = (text: string): readonly string[] =>
  [...prose(text).matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)|^\[[^\]]+\]: +(\S+)$/gm)]
    .map(([, inline, reference]) => inline ?? reference ?? '')
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))

interface Files {
  read(path: string): string
  kind(path: string): 'file' | 'folder' | 'missing'
}

/** Every link of a page that leads nowhere, as `page: target`. */
function brokenLinks(page: string, files: Files): readonly string[] {
  return linksOf(files.read(page)).flatMap((target) => {
    const [path = '', anchor] = target.split('#')
    const file = path === '' ? page : posix.join(posix.dirname(page), decodeURI(path))
    const kind = files.kind(file)
    const found =
      anchor === undefined
        ? kind !== 'missing'
        : kind === 'file' && anchorsOf(files.read(file)).has(decodeURIComponent(anchor))
    return found ? [] : [`${page}: ${target}`]
  })
}

const onDisk: Files = {
  read: (path) => readFileSync(posix.join(root, path), 'utf8'),
  kind: (path) => {
    const full = posix.join(root, path)
    if (!existsSync(full)) return 'missing'
    return statSync(full).isDirectory() ? 'folder' : 'file'
  }
}

describe('a broken link', () => {
  const inMemory = (pages: Readonly<Record<string, string>>): Files => ({
    read: (path) => pages[path] ?? '',
    kind: (path) => (path in pages ? 'file' : path === 'docs' ? 'folder' : 'missing')
  })
  const b = '# The `b` page\n\n## Twice\n\n## Twice\n\n```\n# no heading\n```\n'

  it.each([
    ['a page', '[x](b.md)', []],
    ['a folder', '[x](../docs)', []],
    ['an anchor', '[x](b.md#the-b-page)', []],
    ['the second of two headings', '[x](b.md#twice-1)', []],
    ['an anchor of its own page', '## Here\n[x](#here)', []],
    ['an image with a title', '![x](b.md "title")', []],
    ['another site', '[x](https://example.com/b.md#none)', []],
    ['code', '`[x](none.md)`\n```\n[x](none.md)\n```', []],
    ['a page that is missing', '[x](c.md)', ['c.md']],
    ['an anchor that is missing', '[x](b.md#none)', ['b.md#none']],
    ['a comment in a code block', '[x](b.md#no-heading)', ['b.md#no-heading']],
    ['a missing page by reference', '[x][y]\n\n[y]: c.md', ['c.md']],
    ['a page outside the folder', '[x](../b.md)', ['../b.md']]
  ])('to %s is seen or not', (_, text, broken) => {
    const files = inMemory({ 'docs/a.md': text, 'docs/b.md': b })
    expect(brokenLinks('docs/a.md', files)).toEqual(broken.map((target) => `docs/a.md: ${target}`))
  })
})

describe('the docs', () => {
  const pages = tracked('*.md')

  it.each(pages)('%s has no broken link', (page) => {
    expect(brokenLinks(page, onDisk)).toEqual([])
  })

  it('name only source files that exist, in the threat model', () => {
    const sources = tracked('packages', 'benchmarks', 'test')
    const named = [...onDisk.read('docs/threat-model.md').matchAll(/`([\w/.*-]+\.(?:ts|c|sol))`/g)].map(
      ([, path = '']) => path
    )
    const matches = (name: string): RegExp =>
      new RegExp(`/${name.replace(/[.]/g, '\\.').replaceAll('*', '[^/]*').replace(/\//g, '/(?:src/)?')}$`)
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter((name) => !sources.some((path) => matches(name).test(path)))).toEqual([])
  })

  it('name only error codes that exist, in the troubleshooting page', () => {
    const codes = [...onDisk.read('docs/troubleshooting.md').matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)]
      .map(([, code = '']) => code)
      .filter((code) => !/^(?:UNHOSTED|HF)_/.test(code))
    const known = onDisk.read('docs/errors.md')
    expect(codes.length).toBeGreaterThan(20)
    expect(codes.filter((code) => !new RegExp(`^#+ ${code}$`, 'm').test(known))).toEqual([])
  })
})
