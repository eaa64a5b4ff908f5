import { BaseError } from '@unhosted/core/errors'
import type { Link } from '@unhosted/core/inventory'
import {
  decodeLinkFrame,
  encodeLinkData,
  encodeLinkFrame,
  linkChunkBytes,
  linkPingMs,
  linkProtocol,
  linkSilenceMs,
  maxLinkTransferBytes
} from '@unhosted/core/protocol'
import { type Clock, pause } from '../../base/index.ts'
import type { FramedStream } from '../streams/framed-stream.ts'
import type { ProtocolHandler } from '../streams/protocol-handler.ts'

/** Round trips that the figures are taken over. */
const windowSize = 16
/** The first pings follow each other at once: one alone measures how cold the code is. */
const quickPings = 4
/** A transfer for measuring ends after this long, however little has come. */
const transferMs = 200
/** Throughput is measured anew when it is this old. */
const staleMs = 5 * 60_000
/** A timer later than this was held up here, by this process: no reason to blame the peer. */
const lateMs = 1000

/** How to measure a link. */
export interface LinkProbe {
  /** Opens a stream of linkProtocol. */
  readonly open: (signal: AbortSignal) => Promise<FramedStream>
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface LinkMonitorOptions extends LinkProbe {
  readonly onLink: (link: Link) => void
}

/** Serves the other side's pings and transfers. */
export const serveLink: ProtocolHandler = async (stream, { signal }) => {
  while (true) {
    const bytes = await stream.readFrame({ signal })
    if (bytes === null) return
    const frame = decodeLinkFrame(bytes)
    if (frame?.type === 'ping') {
      await stream.writeFrame(encodeLinkFrame({ type: 'pong', sequence: frame.sequence }), { signal })
    } else if (frame?.type === 'fetch') {
      await sendFiller(stream, frame.bytes, signal)
    } else {
      throw unexpected()
    }
  }
}

async function sendFiller(stream: FramedStream, total: number, signal: AbortSignal): Promise<void> {
  const chunk = encodeLinkData(linkChunkBytes)
  for (let left = total; left > 0; left -= linkChunkBytes) {
    await stream.writeFrame(left >= linkChunkBytes ? chunk : encodeLinkData(left), { signal })
  }
}

/**
 * Pings a peer over one long-lived stream until it is silent for linkSilenceMs or the stream ends.
 * @returns never; rejects with why the link is over: BaseError PEER_LOST | PEER_UNREACHABLE | PEER_REFUSED | PEER_PROTOCOL | CANCELLED
 */
export async function monitorLink(options: LinkMonitorOptions): Promise<never> {
  const { clock, signal } = options
  const stream = await options.open(signal)
  const samples: number[] = []
  let bytesPerSecond: number | null = null
  let measuredAt = Number.NEGATIVE_INFINITY
  const report = (): void => options.onLink({ ...summarise(samples), bytesPerSecond, direct: true })
  try {
    for (let sequence = 0; ; sequence = (sequence + 1) % 2 ** 32) {
      samples.push(await pingOnce(stream, sequence, options))
      if (samples.length > windowSize) samples.shift()
      report()
      // Not on the first round: a new peer is greeted first, and measured when that is done.
      if (sequence > quickPings && clock.elapsed() - measuredAt > staleMs) {
        measuredAt = clock.elapsed()
        bytesPerSecond = await measureThroughput(options)
        report()
      }
      if (sequence >= quickPings) await pause(clock, linkPingMs, signal)
    }
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}

/** Round trip in ms, from frame to frame. @throws BaseError PEER_LOST | PEER_PROTOCOL | CANCELLED */
async function pingOnce(
  stream: FramedStream,
  sequence: number,
  { clock, signal }: Pick<LinkProbe, 'clock' | 'signal'>
): Promise<number> {
  const sent = clock.elapsed()
  await stream.writeFrame(encodeLinkFrame({ type: 'ping', sequence }), { signal })
  const frame = decodeLinkFrame((await readInTime(stream, clock, signal)) ?? new Uint8Array(0))
  if (frame?.type !== 'pong' || frame.sequence !== sequence) throw unexpected()
  return clock.elapsed() - sent
}

/** Waits linkSilenceMs, and once more where this process itself was held up meanwhile. */
async function readInTime(stream: FramedStream, clock: Clock, signal: AbortSignal): Promise<Uint8Array | null> {
  const began = clock.elapsed()
  try {
    return await stream.readFrame({ signal, timeoutMs: linkSilenceMs })
  } catch (error) {
    if (clock.elapsed() - began < linkSilenceMs + lateMs) throw error
    return await stream.readFrame({ signal, timeoutMs: linkSilenceMs })
  }
}

/** One round trip on a stream of its own, for a link that is not watched yet. @throws as LinkProbe.open and pingOnce */
export async function measureRoundTrip(probe: LinkProbe): Promise<Link> {
  const stream = await probe.open(probe.signal)
  try {
    return { roundTripMs: await pingOnce(stream, 0, probe), jitterMs: 0, bytesPerSecond: null, direct: true }
  } finally {
    await stream.close()
  }
}

/**
 * Bytes per second of a short transfer towards us, on a stream of its own so that pings keep their pace.
 * null where the other side sent nothing in time.
 */
export async function measureThroughput({ open, clock, signal }: LinkProbe): Promise<number | null> {
  const stream = await open(signal)
  const began = clock.elapsed()
  let received = 0
  try {
    await stream.writeFrame(encodeLinkFrame({ type: 'fetch', bytes: maxLinkTransferBytes }), { signal })
    while (received < maxLinkTransferBytes && clock.elapsed() - began < transferMs) {
      const frame = decodeLinkFrame((await readInTime(stream, clock, signal)) ?? new Uint8Array(0))
      if (frame?.type !== 'data') throw unexpected()
      received += frame.bytes
    }
  } finally {
    stream.abort(new Error('measured'))
  }
  const seconds = (clock.elapsed() - began) / 1000
  return received === 0 ? null : Math.round(received / seconds)
}

/** Median, and the mean step between neighbours (RFC 3550 measures jitter so). Both in ms, to the microsecond. */
function summarise(samples: readonly number[]): { roundTripMs: number; jitterMs: number } {
  const sorted = [...samples].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  let steps = 0
  for (let index = 1; index < samples.length; index++) {
    steps += Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0))
  }
  const round = (value: number): number => Math.round(value * 1000) / 1000
  return { roundTripMs: round(median), jitterMs: round(steps / Math.max(1, samples.length - 1)) }
}

function unexpected(): BaseError {
  return new BaseError('PEER_PROTOCOL', `A peer broke the protocol: an unexpected frame on ${linkProtocol}.`, {
    advice: 'Check that both machines run the same version of Unhosted.'
  })
}
