import { describe, expect, it } from 'vitest'
import { presenceOf } from './peer-presence.ts'
import { connected, here, id, link, linked, paired, stranger, visitor } from './testing/peers.ts'

describe('how a peer stands', () => {
  it.each([
    ['nothing is known of it', null, stranger, 'offline', 'SzqFQ5aa'],
    ['it is in sight', { ...here, name: null }, stranger, 'seen', 'SzqFQ5aa'],
    ['a stranger is connected', null, visitor, 'seen', 'SzqFQ5aa'],
    ['it is paired and away', null, paired, 'offline', 'mini'],
    ['it is paired and has not answered yet', null, connected, 'seen', 'mini'],
    ['it is paired and answers', { ...linked, name: 'attic' }, connected, 'connected', 'attic'],
    ['it answers and was unpaired', linked, visitor, 'seen', 'mini']
  ] as const)('where %s', (_id, state, facts, expected, name) => {
    const presence = presenceOf(id, state, facts)
    expect(presence).toMatchObject({ peerId: id, state: expected, name, record: facts.record })
    expect(presence.link).toEqual(expected === 'connected' ? link : null)
  })
})
