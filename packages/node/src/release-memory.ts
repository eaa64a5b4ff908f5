import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { DaemonEvents } from './daemon-events.ts'
import type { Log } from './log/index.ts'
import type { Clock } from './pool/index.ts'

type CollectGarbage = (options: { readonly type: 'major'; readonly execution: 'async' }) => Promise<void>

let collect: CollectGarbage | null = null

/**
 * Give memory that is no longer used back to the system. V8 does so when its embedder says that it is idle, which Node
 * never does: what starting leaves behind would stay. A paired, idle daemon was 163 MB resident before, 128 MB
 * after; it takes a quarter of a second of one core.
 */
export async function releaseMemory(): Promise<void> {
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as CollectGarbage
  }
  await collect({ type: 'major', execution: 'async' })
}

/** What leaves memory behind that nobody needs any more. */
const wasteful: ReadonlySet<string> = new Set(['ready', 'pairing', 'instance-gone', 'lease-gone'])
/** Long enough that work which goes on after such an event is not disturbed, ms. */
const calmMs = 10_000

/** Release memory each time the daemon has come to rest. @returns a function that ends it */
export function releaseMemoryAtRest(options: {
  readonly events: Pick<DaemonEvents, 'subscribe'>
  readonly clock: Clock
  /** Whether nothing is loaded or lent: a pause of some ms would be felt otherwise. */
  readonly isIdle: () => boolean
  readonly release: () => Promise<void>
  readonly log: Log
}): () => void {
  let cancel: (() => void) | null = null
  const unsubscribe = options.events.subscribe(({ event }) => {
    if (!wasteful.has(event)) return
    cancel?.()
    cancel = options.clock.after(calmMs, () => {
      if (!options.isIdle()) return
      options.release().catch((error: unknown) => options.log.warn({ err: error }, 'memory could not be released'))
    })
  })
  return () => {
    unsubscribe()
    cancel?.()
  }
}
