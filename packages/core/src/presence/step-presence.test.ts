import { describe, expect, it } from 'vitest'
import type { PeerFacts, PeerState } from './peer-state.ts'
import { type PresenceEvent, stepPresence } from './step-presence.ts'
import {
  away,
  connected,
  former,
  here,
  link,
  linked,
  measured,
  paired,
  record,
  stranger,
  visitor
} from './testing/peers.ts'

interface Case {
  readonly id: string
  readonly before: PeerState | null
  readonly facts: PeerFacts
  readonly event: PresenceEvent
  /** What differs from before; null where nothing is known afterwards. */
  readonly after: Partial<PeerState> | null
  readonly effects: readonly string[]
}

const [at2, at3] = [['/ip4/10.0.0.2/tcp/1'], ['/ip4/10.0.0.3/tcp/1']]
const sighted = (addresses: readonly string[]): PresenceEvent => ({ type: 'sighted', addresses })
const hello = (name: string, addresses: readonly string[]): PresenceEvent => ({ type: 'hello', name, addresses })
const dialled = (impostor: boolean): PresenceEvent => ({ type: 'dialled', impostor })
const lost = (silent: boolean): PresenceEvent => ({ type: 'link-lost', silent, reason: 'why' })
const change = 'announce-change'

const sight: readonly Case[] = [
  {
    id: 'a stranger is sighted',
    before: null,
    facts: stranger,
    event: sighted(at2),
    after: { sightedAddresses: at2 },
    effects: [change]
  },
  { id: 'it is sighted again', before: here, facts: stranger, event: sighted(at2), after: {}, effects: [] },
  {
    id: 'a paired peer is sighted elsewhere',
    before: here,
    facts: paired,
    event: sighted(at3),
    after: { sightedAddresses: at3 },
    effects: [change, 'dial-now']
  },
  {
    id: 'a sighting is longer than what is kept',
    before: null,
    facts: stranger,
    event: sighted(Array(40).fill('/ip4/10.0.0.9/tcp/1')),
    after: { sightedAddresses: Array(16).fill('/ip4/10.0.0.9/tcp/1') },
    effects: [change]
  },
  {
    id: 'a stranger is out of sight',
    before: here,
    facts: stranger,
    event: { type: 'out-of-sight' },
    after: null,
    effects: [change]
  },
  {
    id: 'a stranger is out of sight and connected',
    before: here,
    facts: visitor,
    event: { type: 'out-of-sight' },
    after: { sightedAddresses: [] },
    effects: [change]
  },
  {
    id: 'a machine that was not in sight is out of sight',
    before: null,
    facts: stranger,
    event: { type: 'out-of-sight' },
    after: null,
    effects: []
  },
  {
    id: 'a stranger in sight is named',
    before: here,
    facts: stranger,
    event: { type: 'named', name: 'attic' },
    after: { name: 'attic' },
    effects: [change]
  },
  {
    id: 'a machine that nobody sighted is named',
    before: null,
    facts: stranger,
    event: { type: 'named', name: 'attic' },
    after: null,
    effects: []
  },
  {
    id: 'somebody names a paired peer',
    before: here,
    facts: paired,
    event: { type: 'named', name: 'attic' },
    after: {},
    effects: []
  }
]

const connections: readonly Case[] = [
  {
    id: 'a stranger connects',
    before: null,
    facts: visitor,
    event: { type: 'connection-opened' },
    after: null,
    effects: [change]
  },
  {
    id: 'a peer connects that was unpaired while it was away',
    before: here,
    facts: former,
    event: { type: 'connection-opened' },
    after: {},
    effects: ['announce-unpaired-return', change]
  },
  {
    id: 'a paired peer connects',
    before: here,
    facts: connected,
    event: { type: 'connection-opened' },
    after: {},
    effects: ['watch-link', change]
  },
  {
    id: 'a stranger disconnects',
    before: away,
    facts: stranger,
    event: { type: 'connection-closed' },
    after: null,
    effects: [change]
  },
  {
    id: 'another key answers for a paired peer',
    before: null,
    facts: paired,
    event: dialled(true),
    after: { impostor: true },
    effects: ['warn-impostor']
  },
  {
    id: 'another key answers again',
    before: { ...here, impostor: true },
    facts: paired,
    event: dialled(true),
    after: {},
    effects: []
  },
  {
    id: 'a peer is reached again, or nobody answers',
    before: { ...here, impostor: true },
    facts: paired,
    event: dialled(false),
    after: { impostor: false },
    effects: []
  },
  {
    id: 'a dial of a peer that was unpaired meanwhile ends',
    before: null,
    facts: stranger,
    event: dialled(true),
    after: null,
    effects: ['warn-impostor']
  }
]

const links: readonly Case[] = [
  {
    id: 'a peer answers its first ping',
    before: { ...here, impostor: true },
    facts: connected,
    event: { type: 'linked', link },
    after: { linked: true, link, impostor: false },
    effects: [change, 'reset-dial-delay', 'greet']
  },
  {
    id: 'a peer answers another ping',
    before: linked,
    facts: connected,
    event: { type: 'linked', link: { ...link, roundTripMs: 2 } },
    after: { link: { ...link, roundTripMs: 2 } },
    effects: []
  },
  {
    id: 'a ping without a throughput follows a measurement',
    before: { ...linked, link: measured },
    facts: connected,
    event: { type: 'linked', link },
    after: { link: measured },
    effects: []
  },
  {
    id: 'a ping brings a new throughput',
    before: linked,
    facts: connected,
    event: { type: 'linked', link: measured },
    after: { link: measured },
    effects: [change]
  },
  {
    id: 'a link is measured on demand',
    before: linked,
    facts: connected,
    event: { type: 'measured', link: measured },
    after: { link: measured },
    effects: [change]
  },
  {
    id: 'the stream of a linked peer ends',
    before: linked,
    facts: connected,
    event: lost(false),
    after: { linked: false, link: null },
    effects: ['announce-lost', change, 'keep-dialling']
  },
  {
    id: 'a linked peer is silent',
    before: linked,
    facts: connected,
    event: lost(true),
    after: { linked: false, link: null },
    effects: ['cut-silent-connections', 'announce-lost', change, 'keep-dialling']
  },
  {
    id: 'a peer that never answered is given up',
    before: here,
    facts: paired,
    event: lost(false),
    after: {},
    effects: [change, 'keep-dialling']
  },
  {
    id: 'the link of a peer ends because it was unpaired',
    before: linked,
    facts: visitor,
    event: lost(false),
    after: { linked: false, link: null },
    effects: ['announce-lost', change]
  }
]

const words: readonly Case[] = [
  {
    id: 'a peer says what is known',
    before: here,
    facts: connected,
    event: hello('mini', record.addresses),
    after: { toldAddresses: record.addresses },
    effects: []
  },
  {
    id: 'a peer says a new name',
    before: here,
    facts: connected,
    event: hello('attic', record.addresses),
    after: { name: 'attic', toldAddresses: record.addresses },
    effects: ['save', change]
  },
  {
    id: 'a peer says a new address',
    before: here,
    facts: connected,
    event: hello('mini', at3),
    after: { toldAddresses: at3 },
    effects: ['save']
  },
  {
    id: 'a peer takes back what it said, which may be on its way into the record',
    before: { ...here, name: 'attic', toldAddresses: at3 },
    facts: connected,
    event: hello('mini', record.addresses),
    after: { name: 'mini', toldAddresses: record.addresses },
    effects: ['save', change]
  },
  {
    id: 'a peer says again what is stored',
    before: { ...here, toldAddresses: record.addresses },
    facts: connected,
    event: hello('mini', record.addresses),
    after: {},
    effects: []
  },
  {
    id: 'a peer speaks that was unpaired meanwhile',
    before: null,
    facts: stranger,
    event: hello('mini', at3),
    after: null,
    effects: [change]
  }
]

const pairings: readonly Case[] = [
  {
    id: 'a peer is paired',
    before: null,
    facts: connected,
    event: { type: 'paired', record },
    after: { name: 'mini' },
    effects: ['announce-paired', change]
  },
  {
    id: 'the other side has stored the pairing too',
    before: here,
    facts: connected,
    event: { type: 'pairing-completed' },
    after: {},
    effects: ['keep-dialling', 'watch-link']
  },
  {
    id: 'the other side has stored the pairing and hung up',
    before: here,
    facts: paired,
    event: { type: 'pairing-completed' },
    after: {},
    effects: ['keep-dialling']
  },
  {
    id: 'a pairing ends with nothing stored',
    before: here,
    facts: visitor,
    event: { type: 'pairing-completed' },
    after: {},
    effects: []
  },
  {
    id: 'the grants of a linked peer change',
    before: linked,
    facts: connected,
    event: { type: 'regranted' },
    after: {},
    effects: [change, 'greet']
  },
  {
    id: 'the grants of a peer that is away change',
    before: null,
    facts: paired,
    event: { type: 'regranted' },
    after: null,
    effects: [change]
  },
  {
    id: 'a connected peer is unpaired',
    before: { ...linked, impostor: true },
    facts: visitor,
    event: { type: 'unpaired', record },
    after: { impostor: false },
    effects: ['stop-dialling', 'cut-streams', 'stop-watching', 'forget-inventory', 'announce-unpaired', change]
  },
  {
    id: 'a peer that is away is unpaired',
    before: away,
    facts: stranger,
    event: { type: 'unpaired', record },
    after: null,
    effects: ['stop-dialling', 'cut-streams', 'stop-watching', 'forget-inventory', 'announce-unpaired', change]
  }
]

describe('presence', () => {
  it.each([...sight, ...connections, ...links, ...words, ...pairings])('$id', (each) => {
    const { state, effects } = stepPresence(each.before, each.event, each.facts)
    expect(effects.map(({ type }) => type)).toEqual(each.effects)
    const isUntouched = each.after !== null && Object.keys(each.after).length === 0
    expect(state).toEqual(
      each.after === null ? null : isUntouched ? each.before : { ...(each.before ?? away), ...each.after }
    )
  })

  it('saves what a peer says of itself, within the bounds of its record', () => {
    const many = Array.from({ length: 20 }, (_, index) => `/ip4/10.0.0.${index}/tcp/1`)
    expect(stepPresence(here, hello('attic', many), connected).effects[0]).toEqual({
      type: 'save',
      name: 'attic',
      addresses: many.slice(0, 16)
    })
  })
})
