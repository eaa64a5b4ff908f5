import { describe, expect, it } from 'vitest'
import { inferMessageSchema } from './infer.ts'

const placement = {
  modelId: 'a'.repeat(64),
  modelName: 'tiny',
  servedBy: { peerId: '12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5aa', machine: 'mini' },
  plan: 'mini CPU 0-3'
}
const head = (changes: object): object => ({ type: 'head', status: 200, headers: {}, placement, ...changes })

describe('the head of a peer\u2019s answer', () => {
  it.each([200, 404, 599])('may have status %i', (status) => {
    expect(inferMessageSchema.safeParse(head({ status })).success).toBe(true)
  })

  it.each([
    { id: 'a status that is no answer yet', changes: { status: 101 } },
    { id: 'a status beyond all', changes: { status: 600 } },
    { id: 'a header that stays behind', changes: { headers: { 'set-cookie': 'a=b' } } },
    { id: 'a header that ends its line', changes: { headers: { 'content-type': 'a\r\nset-cookie: b' } } },
    { id: 'a plan that moves the cursor', changes: { placement: { ...placement, plan: '\u001b[2J' } } }
  ])('is refused with $id', ({ changes }) => {
    expect(inferMessageSchema.safeParse(head(changes)).success).toBe(false)
  })
})
