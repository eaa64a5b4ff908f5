import { decodeLinkFrame, encodeLinkFrame, linkPingMs } from '@unhosted/core/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock } from '../../base/testing/manual-clock.ts'
import type { FramedStream } from '../streams/framed-stream.ts'
import { streamPair } from '../testing/stream-pair.ts'
import { LinkWatches } from './link-watches.ts'

const signal = AbortSignal.timeout(10_000)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

interface Fixture {
  readonly watches: LinkWatches
  readonly clock: ManualClock
  /** What happened, as `peer: what`. */
  readonly log: string[]
  /** The far ends of the streams that were opened. */
  readonly streams: FramedStream[]
}

function fixture(): Fixture {
  const clock = new ManualClock()
  const log: string[] = []
  const streams: FramedStream[] = []
  const watches = new LinkWatches({
    clock,
    open: async (peerId) => {
      const { here, there } = streamPair('here', peerId)
      streams.push(there)
      void answerPings(there)
      return here
    },
    onLink: (peerId) => log.push(`${peerId}: answered`),
    onOver: (peerId) => log.push(`${peerId}: over`)
  })
  onTestFinished(() => watches.stopAll())
  return { watches, clock, log, streams }
}

async function answerPings(stream: FramedStream): Promise<void> {
  for (;;) {
    const bytes = await stream.readFrame({ signal })
    const frame = bytes === null ? null : decodeLinkFrame(bytes)
    if (frame?.type !== 'ping') return
    await stream.writeFrame(encodeLinkFrame({ type: 'pong', sequence: frame.sequence }), { signal })
  }
}

describe('the watches of links', () => {
  it('watch each peer once, at once a few times and then at intervals', async () => {
    const { watches, clock, log, streams } = fixture()
    for (const peerId of ['p', 'p', 'q']) watches.start(peerId)
    await turn()
    expect(streams).toHaveLength(2)
    expect(watches.has('p')).toBe(true)
    expect(log.filter((line) => line === 'p: answered')).toHaveLength(5)
    await clock.advance(linkPingMs)
    expect(log.filter((line) => line === 'p: answered')).toHaveLength(6)
  })

  it('say when one is over, and watch anew when asked', async () => {
    const { watches, log, streams } = fixture()
    watches.start('p')
    await turn()
    const { aborted } = watches.signal('p') ?? AbortSignal.abort()
    expect(aborted).toBe(false)
    watches.stop('p')
    await turn()
    expect(log.at(-1)).toBe('p: over')
    expect([watches.has('p'), watches.signal('p')]).toEqual([false, undefined])
    watches.start('p')
    await turn()
    expect(streams).toHaveLength(2)
  })

  it('end without a word when all are stopped, and start none any more', async () => {
    const { watches, clock, log, streams } = fixture()
    watches.start('p')
    await turn()
    watches.stopAll()
    await turn()
    watches.start('q')
    expect(log).not.toContain('p: over')
    expect([watches.has('p'), streams.length, clock.pending]).toEqual([false, 1, 0])
  })
})
