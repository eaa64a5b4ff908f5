import { toWireError } from '@unhosted/core/protocol'
import type { Clock } from '../base/index.ts'
import type { FramedStream } from '../p2p/types.ts'

/** Longest that a goodbye may take, ms. */
const goodbyeMs = 500

/** Say that the lease is over and why, then end its stream; a side that does not listen is cut off. Never rejects. */
export async function endLease(stream: FramedStream, error: Error | null, clock: Clock): Promise<void> {
  const late = new AbortController()
  const stopTimer = clock.after(goodbyeMs, () => {
    late.abort()
    stream.abort(new Error('The other side did not take the goodbye.'))
  })
  try {
    await stream.writeJson({ type: 'end', error: error === null ? null : toWireError(error) }, { signal: late.signal })
    await stream.close()
  } catch (failure) {
    stream.abort(failure instanceof Error ? failure : new Error(String(failure)))
  } finally {
    stopTimer()
  }
}
