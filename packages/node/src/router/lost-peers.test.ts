import { beforeEach, describe, expect, it } from 'vitest'
import { createLostPeers, type LostPeers, leftOutMs } from './lost-peers.ts'

let waiting: { readonly at: number; readonly act: () => void }[]
let now: number
let told: string[]
let lost: LostPeers

beforeEach(() => {
  waiting = []
  now = 0
  told = []
  const after = (ms: number, act: () => void): (() => void) => {
    const entry = { at: now + ms, act }
    waiting.push(entry)
    return () => {
      waiting = waiting.filter((each) => each !== entry)
    }
  }
  lost = createLostPeers({ after }, (peerId) => told.push(`${peerId} ${lost.has(peerId) ? 'lost' : 'back'}`))
})

function turnTo(time: number): void {
  now = time
  const due = waiting.filter(({ at }) => at <= now)
  waiting = waiting.filter(({ at }) => at > now)
  for (const { act } of due) act()
}

describe('peers that failed', () => {
  it('are left out for a while, and what changes is told', () => {
    expect(lost.has('a')).toBe(false)
    lost.add('a')
    turnTo(leftOutMs - 1)
    expect(lost.has('a')).toBe(true)
    turnTo(leftOutMs)
    expect(lost.has('a')).toBe(false)
    expect(told).toEqual(['a lost', 'a back'])
  })

  it('are left out longer when they fail again', () => {
    lost.add('a')
    turnTo(leftOutMs - 1)
    lost.add('a')
    turnTo(leftOutMs)
    expect(lost.has('a')).toBe(true)
    turnTo(2 * leftOutMs - 1)
    expect(lost.has('a')).toBe(false)
  })

  it('leave no timer behind', () => {
    lost.add('a')
    lost.add('b')
    lost.stop()
    expect(waiting).toEqual([])
  })
})
