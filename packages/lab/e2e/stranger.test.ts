import { fileURLToPath } from 'node:url'
import {
  helloProtocol,
  inferProtocol,
  leaseProtocol,
  linkProtocol,
  pairProtocol,
  tunnelProtocol
} from '@unhosted/core/protocol'
import { createLab, type Host, type Lab } from '@unhosted/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from './support/ask.ts'
import { limited, pairByInvite, report, status } from './support/story.ts'

const program = fileURLToPath(new URL('support/stranger-main.ts', import.meta.url))
const guarded = [helloProtocol, leaseProtocol, tunnelProtocol, inferProtocol, linkProtocol]

interface Findings {
  readonly results: Readonly<Record<string, { readonly outcome: string; readonly bytes: number }>>
  readonly offered: readonly string[]
}

describe('a machine that nobody paired', () => {
  let lab: Lab
  let stranger: Host
  let findings: Findings

  beforeAll(async () => {
    lab = await createLab({ hosts: 3 })
    stranger = lab.host(3)
    const args = await limited(2)
    await Promise.all([lab.host(1).start(args), lab.host(2).start(args)])
    const { peerAddresses } = await status(lab.host(1))
    const address = peerAddresses.find((one) => one.includes(`/${lab.host(1).address}/`)) ?? peerAddresses[0]
    const command = [process.execPath, '--conditions=source', program, address ?? '', ...guarded, pairProtocol]
    const result = await stranger.exec(command)
    expect(result.code, result.stderr).toBe(0)
    findings = JSON.parse(result.stdout)
  })
  afterAll(() => lab.stop())

  it.each(guarded)('gets not one byte from %s', (protocol) => {
    expect(findings.results[protocol]?.bytes).toBe(0)
    expect(findings.results[protocol]?.outcome).not.toBe('still open')
  })

  it('may offer to pair', () => {
    expect(findings.offered).toContain(pairProtocol)
  })

  it('leaves nothing behind', async () => {
    expect((await report(lab.host(1))).peers.filter((peer) => peer.paired)).toEqual([])
    expect((await lab.host(1).fetch('/health')).status).toBe(200)
  })

  it('finds the peer port open, and while a lease lasts its TLS port, and nothing else', async () => {
    if (lab.kind === 'loopback') return
    expect(await openPorts(stranger, lab.host(2))).toEqual([7778])
    await pairByInvite(lab.host(1), lab.host(2))
    const answer = await ask(lab.host(1), { prompt: 'The cat', tokens: 4 })
    expect(answer.plan).toMatch(/^pool/)
    const open = await openPorts(stranger, lab.host(2))
    expect(open).toContain(7778)
    expect(open).toHaveLength(2)
    expect(await openPorts(stranger, lab.host(1))).toEqual([7778])
  })
})

/** TCP ports of `target` that take a connection from `scanner`. */
async function openPorts(scanner: Host, target: Host): Promise<readonly number[]> {
  const source = `const net = require('net'), open = []; let next = 1
    const probe = () => { if (next > 65535) return; const port = next++
      const s = net.connect(port, '${target.address}')
      s.on('connect', () => { open.push(port); s.destroy() }); s.on('error', () => {}); s.on('close', probe) }
    for (let i = 0; i < 256; i++) probe()
    process.on('exit', () => console.log(JSON.stringify(open.sort((a, b) => a - b))))`
  return JSON.parse((await scanner.exec([process.execPath, '-e', source])).stdout)
}
