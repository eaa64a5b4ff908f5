import { BaseError } from '@unhosted/core/errors'
import { fromWireError, leaseBeatMs, leaseMessageSchema, leaseMissedBeats } from '@unhosted/core/protocol'
import type { Clock } from '../base/index.ts'
import type { FramedStream } from '../p2p/types.ts'

/** More messages than this between two of our own beats is no heartbeat. */
const maxMessagesPerBeat = 32

/**
 * Keep a lease's control stream alive and watch it: beats both ways until the other side ends the lease,
 * the stream ends, or nothing was heard for `leaseMissedBeats` beats. Counting beats rather than
 * reading a clock keeps a machine that was busy or asleep from blaming the other side for it.
 * @returns why the lease is over; null when the other side ended it without an error, or `signal` aborted.
 */
export async function watchLease(
  stream: FramedStream,
  options: { readonly clock: Clock; readonly signal: AbortSignal }
): Promise<Error | null> {
  const silence = new AbortController()
  const signal = AbortSignal.any([options.signal, silence.signal])
  let missed = 0
  let heard = 0
  let sending = false
  const stopBeats = options.clock.every(leaseBeatMs, () => {
    heard = 0
    missed += 1
    if (missed > leaseMissedBeats) silence.abort(lost('The other machine stopped answering.'))
    if (sending || signal.aborted) return
    sending = true
    stream.writeJson({ type: 'beat' }, { signal }).then(
      () => {
        sending = false
      },
      (error: unknown) => silence.abort(error)
    )
  })
  try {
    for (;;) {
      const message = await stream.readJson(leaseMessageSchema, { signal })
      missed = 0
      heard += 1
      if (heard > maxMessagesPerBeat)
        return new BaseError('PEER_PROTOCOL', 'The other machine floods the lease.', { advice })
      if (message.type === 'end') return message.error === null ? null : fromWireError(message.error)
    }
  } catch (error) {
    if (options.signal.aborted) return null
    if (silence.signal.aborted) return asError(silence.signal.reason)
    return asError(error)
  } finally {
    stopBeats()
  }
}

const advice = 'Retry the request; the next plan leaves that machine out.'

function lost(what: string): BaseError {
  return new BaseError('LEASE_LOST', what, { advice })
}

function asError(error: unknown): Error {
  if (error instanceof BaseError && error.code !== 'CANCELLED') return error
  return new BaseError('LEASE_LOST', 'The connection to the other machine ended.', { advice, cause: error })
}
