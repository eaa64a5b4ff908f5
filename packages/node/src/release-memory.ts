import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Clock, Part } from './base/index.ts'
import type { DaemonEvents } from './daemon-events.ts'
import type { Log } from './log/index.ts'
import type { LeaseServer } from './pool/index.ts'
import type { Instances } from './router/index.ts'

type CollectGarbage = (options: { readonly type: 'major'; readonly execution: 'async' }) => Promise<void>

let collect: CollectGarbage | null = null

/**
 * Give memory that is no longer used back to the system. V8 does so when its embedder says that it is idle, which Node
 * never does, so what starting leaves behind would stay. An idle daemon was 138 MB resident 30 s after its start
 * without this and 108 MB with it (Node 24.21 on Linux x64, November 2026); it takes a quarter of a second of one core.
 * Node's `--optimize-for-size` saves as much (105 MB), but it slows everything, tunnels and answers included, and can
 * only be given to a new process.
 * @internal
 */
export async function releaseMemory(): Promise<void> {
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as CollectGarbage
  }
  await collect({ type: 'major', execution: 'async' })
}

/** After these events memory is left that nothing refers to any more. */
const releasedAfter: ReadonlySet<string> = new Set(['ready', 'pairing', 'instance-gone', 'lease-gone'])
/** Long enough that work which goes on after such an event is not disturbed, ms. */
const quietMs = 10_000

export interface MemoryReleaseOptions {
  readonly events: Pick<DaemonEvents, 'subscribe'>
  readonly instances: Pick<Instances, 'views'>
  readonly leaseServer: Pick<LeaseServer, 'leases'>
  readonly clock: Clock
  readonly log: Log
  /** Default `releaseMemory`. */
  readonly release?: () => Promise<void>
}

/** Releases memory some seconds after the daemon has come to rest. */
export function createMemoryRelease(options: MemoryReleaseOptions): Part {
  const { events, instances, leaseServer, clock, log, release = releaseMemory } = options
  let unsubscribe: (() => void) | null = null
  let cancel = (): void => {}
  const run = (): void => {
    // A pause of some ms would be felt while something is loaded or lent.
    if (instances.views().length > 0 || leaseServer.leases().length > 0) return
    release().catch((error: unknown) => log.warn({ err: error }, 'memory could not be released'))
  }
  return {
    name: 'memory release',
    async start() {
      unsubscribe ??= events.subscribe(({ event }) => {
        if (!releasedAfter.has(event)) return
        cancel()
        cancel = clock.after(quietMs, run)
      })
    },
    async stop() {
      unsubscribe?.()
      cancel()
    }
  }
}
