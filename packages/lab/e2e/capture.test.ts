import { readFile } from 'node:fs/promises'
import { createLab, type Lab } from '@unhosted/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from './support/ask.ts'
import { tinyPath as model, writeOtherModel } from './support/other-model.ts'
import { eventually, limited, startPaired } from './support/story.ts'

const prompt = 'Mirabel the lighthouse keeper counted seventeen silver herrings'
const windowBytes = 64

/** What an eavesdropper on the bridge can make out. */
interface Sight {
  readonly tensorNames: number
  readonly prompts: number
  readonly weightWindows: number
}

describe('a capture on the bridge', () => {
  let lab: Lab
  let windows: readonly Buffer[]

  const look = async (file: string): Promise<Sight> => {
    const seen = await readFile(file)
    const count = (needles: readonly (Buffer | string)[]): number => needles.filter((one) => seen.includes(one)).length
    return {
      tensorNames: count(['blk.0.attn_q', 'blk.5.ffn_up', 'blk.11.ffn_down', 'attn_norm', 'ffn_gate']),
      prompts: count([prompt, 'silver herrings', 'lighthouse keeper']),
      weightWindows: count(windows)
    }
  }

  beforeAll(async () => {
    lab = await createLab({ hosts: 3 })
    windows = sampleWindows(await readFile(model))
  })
  afterAll(() => lab.stop())

  it('samples weights that can be told from chance', () => {
    expect(windows.length).toBeGreaterThan(200)
  })

  it('shows tensor names, the prompt and weights when raw RPC and plain HTTP cross it', async () => {
    if (lab.kind === 'loopback') return
    const engine = (await lab.host(1).cli(['engine', 'path'])).json as { readonly directory: string }
    const capture = await lab.capture(lab.file('raw.pcap'))
    const rpc = lab
      .host(2)
      .spawn([
        `${engine.directory}/ggml-rpc-server`,
        '--host',
        lab.host(2).address,
        '--port',
        '50052',
        '--device',
        'CPU'
      ])
    await listening(lab, lab.host(2).address, 50052)
    const server = lab
      .host(1)
      .spawn([
        `${engine.directory}/llama-server`,
        ...['--model', model, '--host', lab.host(1).address, '--port', '8080', '--ctx-size', '512', '--no-ui'],
        ...['--rpc', `${lab.host(2).address}:50052`, '--device', 'RPC0', '--n-gpu-layers', '99', '--offline']
      ])
    for (const child of [rpc, server]) for (const stream of [child.stdout, child.stderr]) stream?.resume()
    await healthy(lab, `http://${lab.host(1).address}:8080/health`)
    const asked = await lab.host(3).exec([
      process.execPath,
      '-e',
      `fetch('http://${lab.host(1).address}:8080/v1/completions', { method: 'POST', body: process.argv[1] })
        .then((r) => r.text()).then(console.log)`,
      JSON.stringify({ prompt, max_tokens: 8, temperature: 0 })
    ])
    expect(asked.stdout).toContain('choices')
    await capture.stop()
    server.kill('SIGKILL')
    rpc.kill('SIGKILL')
    const sight = await look(capture.file)
    expect(sight.tensorNames).toBe(5)
    expect(sight.prompts).toBe(3)
    expect(sight.weightWindows).toBeGreaterThan(windows.length * 0.7)
  })

  it('shows none of them when a pool loads and answers, and a whole request travels', async () => {
    if (lab.kind === 'loopback') return
    const capture = await lab.capture(lab.file('pool.pcap'))
    await startPaired(lab, await limited(3))
    const answer = await ask(lab.host(1), { prompt, tokens: 24 })
    expect(answer.error).toBeNull()
    expect(answer.plan).toMatch(/^pool/)

    const other = await writeOtherModel(lab.file('other.gguf'))
    await lab.host(2).stop()
    await lab.host(2).start()
    const imported = await lab.host(2).cli(['models', 'import', other, '--name', 'only-there'])
    expect(imported.code, imported.stderr + imported.stdout).toBe(0)
    await eventually(async () => {
      const whole = await ask(lab.host(1), { model: 'only-there', prompt, tokens: 8 })
      expect(whole.error).toBeNull()
      expect(whole.servedBy).toContain('host2')
    })
    await capture.stop()
    expect((await readFile(capture.file)).length).toBeGreaterThan(2_000_000)
    expect(await look(capture.file)).toEqual({ tensorNames: 0, prompts: 0, weightWindows: 0 })
  })
})

/** Windows all over the file, of bytes various enough to be told from chance: no padding, no norms of ones. */
function sampleWindows(file: Buffer): readonly Buffer[] {
  const step = Math.floor(file.length / 400)
  const found: Buffer[] = []
  for (let at = 64 * 1024; at + windowBytes <= file.length; at += step) {
    const window = file.subarray(at, at + windowBytes)
    if (new Set(window).size >= 32) found.push(window)
  }
  return found
}

async function listening(lab: Lab, address: string, port: number): Promise<void> {
  const program = `const net = require('net')
    const attempt = () => net.connect(${port}, '${address}').on('connect', () => process.exit(0))
      .on('error', () => setTimeout(attempt, 50))
    attempt()`
  const result = await lab.host(3).exec([process.execPath, '-e', program], { timeoutMs: 20_000 })
  expect(result.code).toBe(0)
}

async function healthy(lab: Lab, url: string): Promise<void> {
  const program = `const attempt = () => fetch('${url}').then((r) => r.ok ? process.exit(0) : setTimeout(attempt, 50),
    () => setTimeout(attempt, 50)); attempt()`
  const result = await lab.host(3).exec([process.execPath, '-e', program], { timeoutMs: 30_000 })
  expect(result.code).toBe(0)
}
