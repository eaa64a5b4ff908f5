import type { DaemonEvent, PairingView } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'

/** The daemon's pairing events, kept until they are asked for. */
export interface PairingFeed {
  /** Resolves when one is there, and leaves it there. */
  arrived(): Promise<void>
  /** Takes the next one. @throws what ended the events */
  next(): Promise<PairingView>
}

/** Reads `events` until they end; the caller ends them by the signal they were asked for with. */
export function createPairingFeed(events: AsyncIterable<DaemonEvent>): PairingFeed {
  const queue: PairingView[] = []
  let failure: unknown
  let changed = Promise.withResolvers<void>()
  const notify = (): void => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  const read = async (): Promise<void> => {
    try {
      for await (const event of events) {
        if (event.event !== 'pairing') continue
        queue.push(event.pairing)
        notify()
      }
      failure = new BaseError('DAEMON_NOT_RUNNING', 'The daemon stopped before the machines were paired.', {
        advice: 'Start it with unhosted serve, then pair again.'
      })
    } catch (error) {
      failure = error
    }
    notify()
  }
  void read()

  const arrived = async (): Promise<void> => {
    while (queue.length === 0 && failure === undefined) await changed.promise
  }
  return {
    arrived,
    async next() {
      await arrived()
      const view = queue.shift()
      if (view === undefined) throw failure
      return view
    }
  }
}
