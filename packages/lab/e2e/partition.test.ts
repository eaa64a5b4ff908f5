import { createLab, type Lab } from '@unhosted/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, askStreaming } from './support/ask.ts'
import { eventually, limited, startPaired, status } from './support/story.ts'

/** Four beats of a second may be missed, and the teardown takes its time. */
const noticedWithinMs = 9000

describe('a machine that vanishes in the middle of an answer', () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await createLab({ hosts: 3 })
    await startPaired(lab, await limited(2))
  })
  afterAll(() => lab.stop())

  it('ends that answer with an error within seconds, and the next is planned without it', async () => {
    if (lab.kind === 'loopback') return
    const head = lab.host(1)
    const answer = await askStreaming(head, { prompt: 'Once upon a time', tokens: 1800 })
    expect(answer.status).toBe(200)
    const lost = lab.hosts.slice(1).find((host) => answer.plan?.includes(host.name)) ?? lab.host(2)
    const other = lab.hosts.slice(1).find((host) => host !== lost) ?? lab.host(3)
    let cutAt = 0
    let error: { readonly code: string | null; readonly message: string } | null = null
    for await (const event of answer.events()) {
      if (cutAt === 0) {
        await lab.partition(head, lost)
        cutAt = performance.now()
      }
      if (event.error) error = event.error
    }
    expect(performance.now() - cutAt).toBeLessThan(noticedWithinMs)
    expect(error?.code).toMatch(/^(PEER_LOST|LEASE_LOST|ENGINE_EXITED)$/)
    expect(error?.message).toContain(lost.name)

    const next = await ask(head, { prompt: 'Once upon a time', tokens: 16 })
    expect(next.error).toBeNull()
    expect(next.plan).toContain(other.name)
    expect(next.plan).not.toContain(lost.name)
    await eventually(async () => expect((await status(lost)).leases).toEqual([]))
    expect((await lost.processes()).map((one) => one.pid)).toEqual([lost.daemon?.pid])
  })

  it('takes part again after the network is mended', async () => {
    if (lab.kind === 'loopback') return
    for (const lost of lab.hosts.slice(1)) await lab.heal(lab.host(1), lost).catch(() => {})
    await eventually(async () => expect((await status(lab.host(1))).peersConnected).toBe(2), 30_000)
  })
})
