import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../base/testing/manual-clock.ts'
import { silentLog } from '../../log/index.ts'
import { streamPair } from '../testing/stream-pair.ts'
import { PairingSession } from './pairing-session.ts'

const idOf = (end: string): string => `12D3KooWEcha5HcRMWAsiZRBfmBxVT7u9rRY3xt28dKhSzqFQ5${end}`
const [selfId, peerId] = [idOf('aa'), idOf('bb')]
const signal = AbortSignal.timeout(10_000)

function fixture(): { session: PairingSession; clock: ManualClock } {
  const clock = new ManualClock()
  const session = new PairingSession({
    role: 'offerer',
    selfId,
    peerId,
    peerName: 'mini',
    radius: 'local',
    clock,
    log: silentLog,
    introduction: () => ({ name: 'desk', addresses: [] }),
    store: async () => {},
    takeBack: async () => {},
    onChange: () => {}
  })
  return { session, clock }
}

describe('the session of a pairing', () => {
  it('keeps no timer once it is over', async () => {
    const { session, clock } = fixture()
    const running = session.run(streamPair(selfId, peerId).here, signal)
    expect(clock.pending).toBe(1)
    session.cancel()
    await expect(running).rejects.toThrow()
    expect(clock.pending).toBe(0)
  })

  it('sets no timer where it was cancelled before it had a stream, as when the daemon stops', async () => {
    const { session, clock } = fixture()
    session.cancel()
    await session.ended
    await expect(session.run(streamPair(selfId, peerId).here, signal)).rejects.toThrow()
    expect(clock.pending).toBe(0)
  })
})
