import { describe, expect, it } from 'vitest'
import { renderGrants } from './handler.ts'

const peer = {
  peerId: '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
  name: 'mini',
  radius: 'trusted'
} as const

describe('renderGrants', () => {
  it.each([
    { id: 'all', grants: { infer: true, pool: true }, says: 'may send requests and borrow memory here.' },
    { id: 'requests', grants: { infer: true, pool: false }, says: 'may send requests here.' },
    { id: 'none', grants: { infer: false, pool: false }, says: 'has no grants here.' }
  ])('$id', ({ grants, says }) => {
    expect(renderGrants({ ...peer, grants })).toBe(`mini (trusted) ${says}`)
  })

  it('lets no name move the cursor', () => {
    const grants = { infer: true, pool: true }
    expect(renderGrants({ ...peer, name: 'a\u001b[2Jb', grants })).not.toContain('\u001b')
  })
})
