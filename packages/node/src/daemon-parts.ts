import { createLocalMachine, type LocalMachine } from './compose-local.ts'
import type { ComposeOptions } from './compose-options.ts'
import { createLeases, type Leases } from './compose-pool.ts'
import { createPlacing, type Placing } from './compose-router.ts'
import { createServing, type Serving } from './compose-serving.ts'

/** What the daemon consists of beside its peering and its control API; made, but not started. */
export interface DaemonParts extends LocalMachine, Leases, Placing, Serving {}

/** A part knows those that were made before it; to the others it speaks by events. */
export function createDaemonParts(options: ComposeOptions): DaemonParts {
  const local = createLocalMachine(options)
  const leases = createLeases(options, local)
  const placing = createPlacing(options, local, leases)
  return { ...local, ...leases, ...placing, ...createServing(options, local, placing) }
}
