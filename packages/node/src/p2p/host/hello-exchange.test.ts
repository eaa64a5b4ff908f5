import type { Inventory } from '@unhosted/core/inventory'
import { defaultGrants, type PeerRecord } from '@unhosted/core/peers'
import type { Hello } from '@unhosted/core/protocol'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../base/testing/manual-clock.ts'
import { silentLog } from '../../log/index.ts'
import { streamPair } from '../testing/stream-pair.ts'
import { createHelloExchange, type HelloExchange } from './hello-exchange.ts'

const idOf = (end: string): string => `12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5${end}`
const [selfId, peerId] = [idOf('aa'), idOf('bb')]
const signal = AbortSignal.timeout(10_000)
const peer: PeerRecord = {
  peerId,
  name: 'mini',
  radius: 'local',
  grants: defaultGrants.local,
  addresses: [],
  pairedAt: 1
}

const inventory = (of: string, models = 0): Inventory => ({
  peerId: of,
  name: 'mini',
  version: '1',
  engineVersion: null,
  platform: 'linux-x64',
  cpu: { model: 'x', cores: 2 },
  devices: [],
  models: Array.from({ length: models }, (_, index) => ({
    id: index.toString(16).padStart(64, '0'),
    names: [`${'n'.repeat(190)}${index}`],
    sizeBytes: 1,
    architecture: 'llama',
    loaded: false
  }))
})

const said = (content: Partial<Hello> = {}): Hello => ({
  type: 'hello',
  name: 'mini',
  version: '1',
  addresses: ['/ip4/10.0.0.1/tcp/1'],
  grants: defaultGrants.trusted,
  inventory: inventory(peerId),
  ...content
})

interface Fixture {
  readonly exchange: HelloExchange
  readonly clock: ManualClock
  /** Hellos that this side sent on streams of its own. */
  readonly sent: Hello[]
  readonly heard: string[]
}

/** An exchange with one connected peer, which answers each hello with `answer`. */
function fixture(answer: Hello = said()): Fixture {
  const clock = new ManualClock()
  const sent: Hello[] = []
  const heard: string[] = []
  const exchange = createHelloExchange({
    name: 'desk',
    version: '2',
    clock,
    log: silentLog,
    addresses: () => Array.from({ length: 40 }, (_, index) => `/ip4/10.0.1.${index}/tcp/1`),
    grantsTo: () => defaultGrants.local,
    connectedPeers: () => [peerId],
    open: async () => {
      const { here, there } = streamPair(selfId, peerId)
      void there.readFrame({ signal }).then(async (frame) => {
        sent.push(JSON.parse(new TextDecoder().decode(frame ?? new Uint8Array(0))))
        await there.writeJson(answer, { signal })
      })
      return here
    },
    onHello: (from, { name }) => heard.push(`${from.slice(-2)} ${name}`)
  })
  return { exchange, clock, sent, heard }
}

describe('the hello exchange', () => {
  it('tells name, bounded addresses and grants, and keeps what the peer tells', async () => {
    const { exchange, sent, heard } = fixture()
    expect(exchange.grantsFrom(peerId)).toBeNull()
    expect(await exchange.refresh(peerId, { signal })).toEqual(inventory(peerId))
    expect(sent).toMatchObject([{ name: 'desk', version: '2', grants: defaultGrants.local, inventory: null }])
    expect(sent[0]?.addresses).toHaveLength(16)
    expect(exchange.grantsFrom(peerId)).toEqual(defaultGrants.trusted)
    expect(heard).toEqual(['bb mini'])
  })

  it('takes no inventory of another machine, and nothing else from who sends it', async () => {
    const { exchange, heard } = fixture(said({ inventory: inventory(selfId) }))
    await expect(exchange.refresh(peerId, { signal })).rejects.toThrow('of another peer')
    expect([exchange.of(peerId), exchange.grantsFrom(peerId)]).toEqual([null, null])
    expect(heard).toEqual([])
  })

  it('answers a peer that says hello, and tells listeners where its inventory is news', async () => {
    const { exchange } = fixture()
    const changes: unknown[] = []
    exchange.onChange((change) => changes.push(change))
    for (let round = 0; round < 2; round++) {
      const { here, there } = streamPair(peerId, selfId)
      await here.writeJson(said(), { signal })
      await exchange.handler(there, { peer, signal })
    }
    exchange.forget(peerId)
    expect(changes).toEqual([
      { peerId, inventory: inventory(peerId) },
      { peerId, inventory: null }
    ])
    expect(exchange.grantsFrom(peerId)).toBeNull()
  })

  it('tells connected peers of changes at most five times a second, and only of changes', async () => {
    const { exchange, clock, sent } = fixture()
    for (let version = 0; version < 5; version++) exchange.publish({ ...inventory(selfId), version: `${version}` })
    await clock.advance(199)
    expect(sent).toEqual([])
    await clock.advance(1)
    expect(sent.map((hello) => hello.inventory?.version)).toEqual(['4'])
    exchange.publish({ ...inventory(selfId), version: '4' })
    await clock.advance(1000)
    expect(sent).toHaveLength(1)
  })

  it('does not tell an inventory that fits no frame', async () => {
    const { exchange, clock, sent } = fixture()
    exchange.publish(inventory(selfId, 4000))
    await clock.advance(1000)
    expect(sent).toEqual([])
  })

  it('tells nothing after it was stopped', async () => {
    const { exchange, clock, sent } = fixture()
    exchange.publish(inventory(selfId))
    exchange.stop()
    await clock.advance(1000)
    expect(sent).toEqual([])
    expect(clock.pending).toBe(0)
  })
})
