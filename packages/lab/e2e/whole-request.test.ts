import { createLab, type Lab } from '@unhosted/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, askStreaming } from './support/ask.ts'
import { writeOtherModel } from './support/other-model.ts'
import { eventually, startPaired, status } from './support/story.ts'

describe('a model that only a paired machine holds', () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await createLab({ hosts: 2 })
    await startPaired(lab, [])
    const path = await writeOtherModel(lab.file('other.gguf'))
    const imported = await lab.host(2).cli(['models', 'import', path, '--name', 'only-there'])
    expect(imported.code, imported.stderr + imported.stdout).toBe(0)
    await eventually(async () => {
      const list = (await (await lab.host(1).fetch('/v1/models')).json()) as { data: { id: string }[] }
      expect(list.data.map((model) => model.id)).toContain('only-there')
    })
  })
  afterAll(() => lab.stop())

  it('is answered there, whole, and the headers say so', async () => {
    const question = { model: 'only-there', prompt: 'Once upon a time', tokens: 32 }
    const [far, near] = [await ask(lab.host(1), question), await ask(lab.host(2), question)]
    expect(far.error).toBeNull()
    expect(far.servedBy).toContain('host2')
    expect(far.tokens).toEqual(near.tokens)
    expect((await status(lab.host(1))).instances).toEqual([])
  })

  it('frees its slot there within a second of the client going away here', async () => {
    const hangUp = new AbortController()
    const question = { model: 'only-there', prompt: 'Once upon a time', tokens: 1900 }
    const answer = await askStreaming(lab.host(1), question, hangUp.signal)
    const busy = async (): Promise<number> =>
      (await status(lab.host(2))).instances.reduce((sum, one) => sum + one.activeRequests, 0)
    const events = answer.events()
    await events.next()
    expect(await busy()).toBe(1)
    const gone = performance.now()
    hangUp.abort()
    await eventually(async () => expect(await busy()).toBe(0), 3000)
    expect(performance.now() - gone).toBeLessThan(1000)
    await expect(drain(events)).rejects.toThrow()
  })
})

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}
