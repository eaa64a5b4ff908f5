import { describe, expect, test } from 'vitest'
import { type Holder, routeAttempts } from './route.ts'

const holder = (peerId: string, facts: Partial<Holder> = {}): Holder => ({
  peerId,
  machine: peerId,
  radius: 'local',
  loaded: false,
  fitsSolo: false,
  roundTripMs: 1,
  ...facts
})
const here = (facts: Partial<Holder> = {}): Holder => holder('me', { roundTripMs: null, ...facts })

const cases: readonly { id: string; here: Holder | null; peers: Holder[]; mayForward?: boolean; expected: string[] }[] =
  [
    { id: 'nobody holds it', here: null, peers: [], expected: [] },
    {
      id: 'loaded here wins over everything',
      here: here({ loaded: true }),
      peers: [holder('a', { loaded: true })],
      expected: ['here', 'a']
    },
    {
      id: 'fits here wins over a loaded peer',
      here: here({ fitsSolo: true }),
      peers: [holder('a', { loaded: true })],
      expected: ['here', 'a']
    },
    {
      id: 'a peer that holds it alone comes before a pool from here',
      here: here(),
      peers: [holder('a', { fitsSolo: true })],
      expected: ['a', 'here']
    },
    {
      id: 'a pool from here comes before a peer that must pool too',
      here: here(),
      peers: [holder('a')],
      expected: ['here', 'a']
    },
    {
      id: 'not held here: the nearest holder',
      here: null,
      peers: [holder('far', { roundTripMs: 9 }), holder('near')],
      expected: ['near', 'far']
    },
    {
      id: 'not held here: a loaded holder before a nearer one',
      here: null,
      peers: [holder('near'), holder('far', { roundTripMs: 9, loaded: true })],
      expected: ['far', 'near']
    },
    {
      id: 'an own machine before a nearer friend that says it has the model loaded',
      here: null,
      peers: [holder('friend', { radius: 'trusted', loaded: true, fitsSolo: true }), holder('own', { roundTripMs: 9 })],
      expected: ['own', 'friend']
    },
    {
      id: 'an unmeasured link counts as far',
      here: null,
      peers: [holder('new', { roundTripMs: null }), holder('known')],
      expected: ['known', 'new']
    },
    {
      id: 'a request from a peer is not passed on',
      here: null,
      peers: [holder('a', { loaded: true })],
      mayForward: false,
      expected: []
    },
    {
      id: 'a request from a peer may pool here',
      here: here(),
      peers: [holder('a', { loaded: true })],
      mayForward: false,
      expected: ['here']
    }
  ]

describe('routeAttempts', () => {
  test.each(cases)('$id', ({ here, peers, mayForward = true, expected }) => {
    const attempts = routeAttempts({ here, peers, mayForward })
    expect(attempts.map((attempt) => (attempt.kind === 'here' ? 'here' : attempt.peerId))).toEqual(expected)
  })
})
