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
import type { FramedStream } from './framed-stream.ts'
import type { ProtocolHandler } from './peer-host.ts'

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

export interface LinkMonitorOptions {
  readonly open: (signal: AbortSignal) => Promise<FramedStream>
  readonly onLink: (link: Link) => void
  readonly signal: AbortSignal
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
  const stream = await options.open(options.signal)
  const samples: number[] = []
  let bytesPerSecond: number | null = null
  let measuredAt = Number.NEGATIVE_INFINITY
  const report = (): void => options.onLink({ ...summarise(samples), bytesPerSecond, direct: true })
  try {
    for (let sequence = 0; ; sequence = (sequence + 1) % 2 ** 32) {
      samples.push(await pingOnce(stream, sequence, options.signal))
      if (samples.length > windowSize) samples.shift()
      report()
      // Not on the first round: a new peer is greeted first, and measured when that is done.
      if (sequence > quickPings && performance.now() - measuredAt > staleMs) {
        measuredAt = performance.now()
        bytesPerSecond = await measureThroughput(options.open, options.signal)
        report()
      }
      if (sequence >= quickPings) await pause(linkPingMs, options.signal)
    }
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}

/** Round trip in ms, from frame to frame. @throws BaseError PEER_LOST | PEER_PROTOCOL | CANCELLED */
export async function pingOnce(stream: FramedStream, sequence: number, signal: AbortSignal): Promise<number> {
  const sent = performance.now()
  await stream.writeFrame(encodeLinkFrame({ type: 'ping', sequence }), { signal })
  const frame = decodeLinkFrame((await readInTime(stream, signal)) ?? new Uint8Array(0))
  if (frame?.type !== 'pong' || frame.sequence !== sequence) throw unexpected()
  return performance.now() - sent
}

/** Waits linkSilenceMs, and once more where this process itself was held up meanwhile. */
async function readInTime(stream: FramedStream, signal: AbortSignal): Promise<Uint8Array | null> {
  const began = performance.now()
  try {
    return await stream.readFrame({ signal, timeoutMs: linkSilenceMs })
  } catch (error) {
    if (performance.now() - began < linkSilenceMs + lateMs) throw error
    return await stream.readFrame({ signal, timeoutMs: linkSilenceMs })
  }
}

/**
 * Bytes per second of a short transfer towards us, on a stream of its own so that pings keep their pace.
 * null where the other side sent nothing in time.
 */
export async function measureThroughput(
  open: (signal: AbortSignal) => Promise<FramedStream>,
  signal: AbortSignal
): Promise<number | null> {
  const stream = await open(signal)
  const began = performance.now()
  let received = 0
  try {
    await stream.writeFrame(encodeLinkFrame({ type: 'fetch', bytes: maxLinkTransferBytes }), { signal })
    while (received < maxLinkTransferBytes && performance.now() - began < transferMs) {
      const frame = decodeLinkFrame((await readInTime(stream, signal)) ?? new Uint8Array(0))
      if (frame?.type !== 'data') throw unexpected()
      received += frame.bytes
    }
  } finally {
    stream.abort(new Error('measured'))
  }
  const seconds = (performance.now() - began) / 1000
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

/** @throws BaseError CANCELLED */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(new BaseError('CANCELLED', 'The operation was cancelled.', { advice: 'Ask again.', cause: signal.reason }))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, delayMs)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
