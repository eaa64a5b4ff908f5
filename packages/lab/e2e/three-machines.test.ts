import type { PlanReport } from '@unhosted/core/control'
import { createLab, type Lab, Terminal } from '@unhosted/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from './support/ask.ts'
import { connected, eventually, limited, pairByInvite, report, status } from './support/story.ts'

const question = { prompt: 'Once upon a time', tokens: 200 }

describe('three machines, none of which can hold the model', () => {
  let lab: Lab
  let solo: readonly number[]

  beforeAll(async () => {
    lab = await createLab({ hosts: 3 })
    const [first] = lab.hosts
    if (first === undefined) throw new Error('no host')
    await first.start()
    const answer = await ask(first, question)
    expect(answer.error).toBeNull()
    expect(answer.plan).toMatch(/^solo/)
    solo = answer.tokens
    await first.stop()
  })
  afterAll(() => lab.stop())

  it('answers 200 tokens alone, to compare with', () => {
    expect(solo).toHaveLength(200)
  })

  it('find each other by mDNS, names included, within 2 s', async () => {
    const args = await limited(3)
    await lab.host(2).start(args)
    await lab.host(3).start(args)
    await lab.host(1).start(args)
    const started = performance.now()
    await eventually(async () => {
      for (const host of lab.hosts) {
        const others = lab.hosts.filter((other) => other !== host).map(({ name }) => `${name} seen`)
        expect((await report(host)).peers.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(others)
      }
    }, 5000)
    expect(performance.now() - started).toBeLessThan(2500)
  })

  it('cannot answer alone, and say how much is missing', async () => {
    const answer = await ask(lab.host(1), question)
    expect(answer.status).toBe(503)
    expect(answer.error?.code).toBe('NO_CAPACITY')
    expect(answer.error?.message).toMatch(/MiB|MB/)
  })

  it('pair by an invite, which asks nothing', async () => {
    await pairByInvite(lab.host(1), lab.host(2))
    expect((await report(lab.host(1))).peers.find((peer) => peer.name === 'host2')?.paired).toBe(true)
    expect((await report(lab.host(2))).peers.find((peer) => peer.name === 'host1')?.paired).toBe(true)
  })

  it('pair by six digits that both screens show', async () => {
    const { peerId } = await status(lab.host(3))
    const left = Terminal.open(lab.host(1), ['pair', peerId, '--radius', 'local'])
    const right = Terminal.open(lab.host(3), ['pair', '--radius', 'local'])
    const digits = /\b(\d{3}) ?(\d{3})\b/
    const [shownLeft, shownRight] = await Promise.all([left.see(digits), right.see(digits)])
    expect(shownLeft.slice(1)).toEqual(shownRight.slice(1))
    left.type('y\r')
    right.type('y\r')
    expect(await Promise.all([left.end(), right.end()]), left.screen + right.screen).toEqual([0, 0])
    await pairByInvite(lab.host(2), lab.host(3))
    await connected(lab.hosts)
  })

  it('plan the model over all three', async () => {
    const planned = await lab.host(1).cli(['plan', 'tiny'])
    expect(planned.code, planned.stdout + planned.stderr).toBe(0)
    const { result } = planned.json as PlanReport
    if (!result.ok) throw new Error('no plan')
    expect(result.plan.segments.map((segment) => segment.machine).sort()).toEqual(['host1', 'host2', 'host3'])
    expect(result.plan.segments.reduce((sum, segment) => sum + segment.layerCount, 0)).toBe(12)
  })

  it('answer the same 200 tokens as one machine that holds it all', async () => {
    const answer = await ask(lab.host(1), question)
    expect(answer.error).toBeNull()
    expect(answer.plan).toMatch(/^pool.*host1.*|^pool.*host2.*host3/)
    expect(answer.tokens).toEqual(solo)
    expect((await status(lab.host(1))).leases.map((lease) => [lease.direction, lease.tunnel])).toEqual([
      ['borrowed', 'tls'],
      ['borrowed', 'tls']
    ])
  })
})
