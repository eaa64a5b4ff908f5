import { readFile } from 'node:fs/promises'
import { createLab, type Lab } from '@unhosted/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A TCP server on port 7000 that answers each connection with the same text, after saying that it listens. */
const server = `require('net').createServer((s) => s.on('error', () => {}).end('from-the-other-host'.repeat(3)))
  .listen(7000, () => console.log('listening'))`
/** Prints what the server says, or the error, and how many ms the connection took. */
const client = (address: string) => `const started = performance.now()
  const s = require('net').connect({ host: '${address}', port: 7000, timeout: 1500 })
  s.on('connect', () => console.log('ms', performance.now() - started))
  s.on('data', (d) => console.log(String(d))).on('error', (e) => console.log(e.code))
  s.on('timeout', () => { console.log('silence'); s.destroy() })`

describe('the lab', () => {
  let lab: Lab
  const ask = async (from: number, to: number): Promise<string> =>
    (await lab.host(from).exec([process.execPath, '-e', client(lab.host(to).address)])).stdout

  beforeAll(async () => {
    lab = await createLab({ hosts: 3 })
    for (const host of lab.hosts.slice(0, lab.kind === 'loopback' ? 1 : 3)) {
      const child = host.spawn([process.execPath, '-e', server])
      await new Promise((resolve) => child.stdout?.once('data', resolve))
    }
  })
  afterAll(() => lab.stop())

  it('joins every host to every other', async () => {
    expect(await ask(1, 2)).toContain('from-the-other-host')
    expect(await ask(3, 1)).toContain('from-the-other-host')
  })

  it('knows what runs on a host', async () => {
    const processes = await lab.host(1).processes()
    expect(processes.map((one) => one.argv.includes(server))).toContain(true)
  })

  it('sees every byte between two hosts on the bridge, and nothing of loopback', async () => {
    if (lab.kind === 'loopback') return
    const capture = await lab.capture(lab.file('bridge.pcap'))
    await ask(1, 2)
    await ask(3, 3)
    await capture.stop()
    const seen = await readFile(capture.file, 'latin1')
    expect(seen.split('from-the-other-hostfrom-the-other-host').length - 1).toBe(1)
  })

  it('cuts two hosts from each other in silence, and mends it', async () => {
    if (lab.kind === 'loopback') return
    await lab.partition(lab.host(1), lab.host(2))
    expect(await ask(1, 2)).toContain('silence')
    expect(await ask(2, 1)).toContain('silence')
    expect(await ask(1, 3)).toContain('from-the-other-host')
    await lab.heal(lab.host(1), lab.host(2))
    expect(await ask(1, 2)).toContain('from-the-other-host')
  })

  it('delays a link each way, and lets go', async () => {
    if (lab.kind === 'loopback') return
    await lab.host(2).shape({ delayMs: 150 })
    expect(connectMs(await ask(1, 2))).toBeGreaterThanOrEqual(300)
    expect(connectMs(await ask(1, 3))).toBeLessThan(300)
    await lab.host(2).shape({})
    expect(connectMs(await ask(1, 2))).toBeLessThan(300)
  })
})

function connectMs(output: string): number {
  return Number(/ms ([\d.]+)/.exec(output)?.[1])
}
