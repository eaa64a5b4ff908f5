import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../base/testing/manual-clock.ts'
import { silentLog } from '../log/index.ts'
import { createLostPeers, type LostPeers, leftOutMs } from './lost-peers.ts'

let clock: ManualClock
let told: string[]
let lost: LostPeers

beforeEach(() => {
  clock = new ManualClock()
  told = []
  lost = createLostPeers({ clock, log: silentLog })
  lost.onChange((peerId) => told.push(`${peerId} ${lost.has(peerId) ? 'lost' : 'back'}`))
})

describe('peers that failed', () => {
  it('are left out for a while, and what changes is told', async () => {
    expect(lost.has('a')).toBe(false)
    lost.add('a')
    await clock.advance(leftOutMs - 1)
    expect(lost.has('a')).toBe(true)
    await clock.advance(1)
    expect(lost.has('a')).toBe(false)
    expect(told).toEqual(['a lost', 'a back'])
  })

  it('are left out longer when they fail again', async () => {
    lost.add('a')
    await clock.advance(leftOutMs - 1)
    lost.add('a')
    await clock.advance(leftOutMs - 1)
    expect(lost.has('a')).toBe(true)
    await clock.advance(1)
    expect(lost.has('a')).toBe(false)
  })

  it('leave no timer behind', async () => {
    lost.add('a')
    lost.add('b')
    await lost.stop()
    expect(clock.pending).toBe(0)
  })
})
