import { defaultGrants, type PeerRecord } from '@unhosted/core/peers'
import type { PresenceEffect } from '@unhosted/core/presence'
import { describe, expect, it } from 'vitest'
import { Presences } from './presences.ts'

const record = (peerId: string): PeerRecord => ({
  peerId,
  name: 'mini',
  radius: 'local',
  grants: defaultGrants.local,
  addresses: ['/ip4/10.0.0.1/tcp/1'],
  pairedAt: 1
})
const addresses = ['/ip4/10.0.0.2/tcp/1']

function fixture(options: { paired?: readonly string[]; onEffect?: (presences: Presences) => void } = {}): {
  presences: Presences
  effects: string[]
} {
  const paired = (options.paired ?? []).map(record)
  const effects: string[] = []
  const presences = new Presences({
    peersStore: {
      all: () => paired,
      get: (peerId) => paired.find((each) => each.peerId === peerId),
      wasUnpaired: () => false
    },
    isConnected: () => false,
    perform: (peerId: string, effect: PresenceEffect) => {
      effects.push(`${peerId}: ${effect.type}`)
      options.onEffect?.(presences)
    }
  })
  return { presences, effects }
}

describe('the presences', () => {
  it('know paired peers and machines in sight, each once', () => {
    const { presences } = fixture({ paired: ['p'] })
    for (const peerId of ['p', 's']) presences.dispatch(peerId, { type: 'sighted', addresses })
    expect(presences.all().map(({ peerId, state }) => `${peerId} ${state}`)).toEqual(['p seen', 's seen'])
    expect(presences.find('p')?.addresses).toEqual([...addresses, ...record('p').addresses])
    expect(presences.find('nobody')).toBeUndefined()
  })

  it('forget a stranger that is out of sight', () => {
    const { presences, effects } = fixture()
    presences.dispatch('s', { type: 'sighted', addresses })
    presences.dispatch('s', { type: 'out-of-sight' })
    expect([presences.all(), presences.state('s')]).toEqual([[], null])
    expect(effects).toEqual(['s: announce-change', 's: announce-change'])
  })

  it('have the new state in place when its effects are carried out', () => {
    const seen: string[] = []
    const { presences } = fixture({
      paired: ['p'],
      onEffect: (inner) => seen.push(inner.presence('p').state)
    })
    presences.dispatch('p', { type: 'sighted', addresses })
    expect(seen).toEqual(['seen', 'seen'])
  })

  it('find peers by their state', () => {
    const { presences } = fixture({ paired: ['p', 'q'] })
    presences.dispatch('q', { type: 'dialled', impostor: true })
    presences.dispatch('p', { type: 'dialled', impostor: false })
    expect(presences.where(({ impostor }) => impostor)).toEqual(['q'])
  })
})
