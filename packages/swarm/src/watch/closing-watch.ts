import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import type { ChainConnection } from '../chain/index.ts'
import { type Hash, laneId as idOf, type Lane, type Seconds } from '../deal/index.ts'
import { type LaneState, readLane } from '../lanes/index.ts'
import type { SwarmNotice } from './event-watcher.ts'
import type { SwarmEvent, SwarmEventName } from './swarm-events.ts'

/** The events that a provider must not miss. */
export const closingEvents: readonly SwarmEventName[] = ['Closing', 'LaneClosed', 'LaneToppedUp']

export interface ClosingWatchOptions {
  readonly connection: ChainConnection
  readonly deployment: SwarmDeployment
  /** Stop serving on this lane and claim, at once: after `closesAt` anyone may end it. */
  readonly onClosing: (laneId: Hash, closesAt: Seconds) => Promise<void> | void
  /** The lane is closed, so deep that it stays so: what was not claimed is lost. */
  readonly onClosed: (laneId: Hash) => Promise<void> | void
  /** The lane holds more, or a close was undone by a reorg: what was known of it is out of date. */
  readonly onChanged: (laneId: Hash) => Promise<void> | void
}

/** Turns notices of a watcher into what a provider does about its lanes. */
export interface ClosingWatch {
  /**
   * From now on this lane concerns us. It is read at once, because its `Closing` may lie behind the cursor.
   * @throws BaseError as `ChainConnection.call`
   */
  follow(lane: Lane, signal: AbortSignal): Promise<LaneState>
  unfollow(laneId: Hash): void
  follows(laneId: Hash): boolean
  /** For `EventWatcherOptions.wants` and `onNotice`. */
  readonly wants: (event: SwarmEvent) => boolean
  readonly onNotice: (notice: SwarmNotice) => Promise<void>
}

export function createClosingWatch(options: ClosingWatchOptions): ClosingWatch {
  const { connection, deployment } = options
  const followed = new Set<Hash>()
  const wants = (event: SwarmEvent): boolean => 'laneId' in event.args && followed.has(event.args.laneId)
  return {
    wants,
    async follow(lane, signal) {
      const laneId = idOf(lane)
      followed.add(laneId)
      const state = await readLane(connection, deployment.swarmLanes, laneId, 1, signal)
      if (state.status === 'closing') await options.onClosing(laneId, state.closesAt ?? 0)
      return state
    },
    unfollow: (laneId) => {
      followed.delete(laneId)
    },
    follows: (laneId) => followed.has(laneId),
    async onNotice({ kind, event }) {
      if (!wants(event)) return
      if (event.eventName === 'Closing') {
        const { laneId, closesAt } = event.args
        if (kind === 'seen') await options.onClosing(laneId, Number(closesAt))
        if (kind === 'rolled-back') await options.onChanged(laneId)
      } else if (event.eventName === 'LaneClosed') {
        await (kind === 'confirmed' ? options.onClosed : options.onChanged)(event.args.laneId)
      } else if (event.eventName === 'LaneToppedUp') {
        await options.onChanged(event.args.laneId)
      }
    }
  }
}
