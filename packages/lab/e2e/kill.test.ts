import { createLab, type Host, type KillTarget, type Lab } from '@unhosted/lab'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ask } from './support/ask.ts'
import { connected, eventually, expectClean, limited, startPaired } from './support/story.ts'

const question = { prompt: 'The dog', tokens: 8 }

// Each case ends with all hosts clean and connected again, which is what the next one begins with.
describe('kill -9 of any one process', () => {
  let lab: Lab
  /** Two of the three hosts are enough for the model, so the loss of one other leaves a pool to be made. */
  let args: readonly string[]
  let head: Host
  let lender: Host
  let spare: Host

  beforeAll(async () => {
    args = await limited(2)
    lab = await createLab({ hosts: 3 })
    await startPaired(lab, args)
  })
  beforeEach(async () => {
    head = lab.host(1)
    const answer = await ask(head, question)
    expect(answer.error).toBeNull()
    const others = [lab.host(2), lab.host(3)]
    lender = others.find((host) => answer.plan?.includes(host.name)) ?? lab.host(2)
    spare = others.find((host) => host !== lender) ?? lab.host(3)
  })
  afterAll(() => lab?.stop())

  const cases: readonly { readonly id: string; readonly victim: () => Host; readonly part: KillTarget }[] = [
    { id: 'the head machine’s daemon', victim: () => head, part: 'daemon' },
    { id: 'the head machine’s llama-server', victim: () => head, part: 'llama-server' },
    { id: 'a lending machine’s daemon', victim: () => lender, part: 'daemon' },
    { id: 'a lending machine’s rpc-server', victim: () => lender, part: 'rpc-server' }
  ]

  it.each(cases)('of $id leaves the others serving, and all is clean after a restart', async ({ victim, part }) => {
    const hurt = victim()
    await hurt.kill(part, 'SIGKILL')

    for (const host of lab.hosts.filter((one) => one !== hurt || part !== 'daemon')) {
      expect((await host.fetch('/health')).status).toBe(200)
    }
    const server = hurt === head && part === 'daemon' ? spare : head
    await eventually(async () => {
      const answer = await ask(server, question)
      expect(answer.error).toBeNull()
    })

    await Promise.all(lab.hosts.filter((host) => host !== hurt || part !== 'daemon').map((host) => host.stop()))
    for (const host of lab.hosts) if (host !== hurt) expect(await host.processes()).toEqual([])
    await Promise.all(lab.hosts.map((host) => host.start(args)))
    await connected(lab.hosts)
    for (const host of lab.hosts) await expectClean(host, args)
    expect((await ask(head, question)).error).toBeNull()
  })

  it('of a daemon alone ends its engines with it, and frees what it borrowed and lent', async () => {
    await head.kill('daemon', 'SIGKILL')
    await expectClean(lender, args)
    await expectClean(spare, args)
    await head.start(args)
    await connected(lab.hosts)
    await expectClean(head, args)
  })
})
