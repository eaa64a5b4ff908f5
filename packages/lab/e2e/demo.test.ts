import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from './support/story.ts'

const program = fileURLToPath(new URL('../../cli/bin/unhosted.js', import.meta.url))

interface Report {
  readonly machines: readonly {
    readonly machine: string
    readonly layerCount: number
    readonly memoryBytes: number
    readonly limitBytes: number
    readonly tunnel: { readonly kind: string; readonly bytesSent: number } | null
  }[]
  readonly answer: { readonly text: string; readonly completionTokens: number; readonly plan: string }
}

describe('unhosted demo', () => {
  let folder: string
  let child: ChildProcess | undefined

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unhosted-demo-test-'))
  })
  afterEach(async () => {
    child?.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })

  /** The demo with a folder of its own for temporary files, by which its processes are known. */
  function start(...args: readonly string[]): {
    readonly output: () => string
    readonly ended: Promise<number | null>
  } {
    const begun = spawn(process.execPath, [program, 'demo', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: folder }
    })
    child = begun
    let output = ''
    for (const stream of [begun.stdout, begun.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    return { output: () => output, ended: new Promise((resolve) => begun.once('close', resolve)) }
  }

  /** Nothing runs that knows the folder, and it is empty. */
  async function expectNothingLeft(): Promise<void> {
    await eventually(async () => {
      expect(await readdir(folder)).toEqual([])
      if (process.platform === 'linux') expect(await commandLines(folder)).toEqual([])
    }, 5000)
  }

  it('spreads a model that no machine can hold over three, answers, and leaves nothing behind', async () => {
    const demo = start('--json')
    expect(await demo.ended, demo.output()).toBe(0)
    const { machines, answer }: Report = JSON.parse(demo.output())
    expect(machines.map(({ machine }) => machine).sort()).toEqual(['attic', 'cellar', 'desk'])
    expect(machines.reduce((sum, { layerCount }) => sum + layerCount, 0)).toBe(12)
    for (const { memoryBytes, limitBytes } of machines) expect(memoryBytes).toBeLessThanOrEqual(limitBytes)
    const tunnels = machines.flatMap(({ tunnel }) => tunnel ?? [])
    expect(tunnels.map(({ kind }) => kind)).toEqual(['tls', 'tls'])
    for (const { bytesSent } of tunnels) expect(bytesSent).toBeGreaterThan(1e6)
    expect(answer.plan).toMatch(/^pool /)
    expect(answer.text.length).toBeGreaterThan(20)
    await expectNothingLeft()
  })

  const moments = [
    { id: 'while the machines start', seen: 'Starting' },
    { id: 'while they are paired', seen: 'Pairing' },
    { id: 'while the model is loaded', seen: 'Loading' }
  ]
  it.each(moments)('cleans up after Ctrl-C $id', async ({ seen }) => {
    const demo = start()
    await eventually(async () => expect(demo.output()).toContain(seen), 120_000)
    child?.kill('SIGINT')
    expect(await demo.ended, demo.output()).toBe(1)
    await expectNothingLeft()
  })
})

/** Command lines of running processes that name the folder. */
async function commandLines(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    // A process may end while we look.
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (line.includes(folder)) found.push(line.replaceAll('\0', ' '))
  }
  return found
}
