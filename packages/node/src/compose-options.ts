import type { Config } from '@unhosted/core/config'
import type { Clock } from './base/index.ts'
import type { DaemonEvents } from './daemon-events.ts'
import type { Log } from './log/index.ts'
import type { Peering } from './p2p/index.ts'
import type { HomePaths } from './store/index.ts'

/** What the rooms of the daemon are made from. */
export interface ComposeOptions {
  readonly config: Config
  readonly paths: HomePaths
  readonly log: Log
  readonly environment: NodeJS.ProcessEnv
  readonly clock: Clock
  /** Name that peers see. */
  readonly name: string
  readonly peering: Peering
  readonly events: DaemonEvents
}
