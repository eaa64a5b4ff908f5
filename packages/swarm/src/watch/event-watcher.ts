import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import { type ChainConnection, dealDeployment, pause } from '../chain/index.ts'
import { BaseError, isBaseError } from '../errors/index.ts'
import { readHead } from './chain-reads.ts'
import { type Cursor, type PendingLog, readCursor, writeCursor } from './cursor.ts'
import { checkForReorg, type RoundContext, readRange } from './read-round.ts'
import { decodeSwarmEvent, type SwarmEvent, type SwarmEventName, topicsOf } from './swarm-events.ts'

export interface SwarmNotice {
  /**
   * `seen`: in a block, may be undone. `confirmed`: as deep as `confirmationsOf` asks. `rolled-back`: a reorg undid it,
   * whether it was confirmed or not; it may be seen again in another block.
   */
  readonly kind: 'seen' | 'confirmed' | 'rolled-back'
  readonly event: SwarmEvent
}

export interface EventWatcherOptions {
  readonly connection: ChainConnection
  readonly deployment: SwarmDeployment
  /** The cursor's file; its folder must exist. One watcher for each file. */
  readonly path: string
  readonly events: readonly SwarmEventName[]
  /** Whether an event concerns us; others are forgotten at once. */
  readonly wants: (event: SwarmEvent) => boolean
  /** How many blocks, its own included, must hold an event before it is `confirmed`; at most `depth`. */
  readonly confirmationsOf: (event: SwarmEvent) => number
  /**
   * Called one after the other, in order. The cursor moves when it has returned: after a crash or a throw the same
   * notice comes again, so tell them apart by `kind` and `event.id`.
   */
  readonly onNotice: (notice: SwarmNotice) => Promise<void> | void
  /** A look failed, and the next one comes later; null when one succeeded again. */
  readonly onTrouble: (error: unknown) => void
  /** Between two looks, ms. Default 2,000. */
  readonly pollMs?: number
  /** Most blocks in one call. Default 2,000; halved where the endpoint refuses. */
  readonly maxRange?: number
  /** How many blocks are remembered by their hash, so how deep a reorg may be. Default 128. */
  readonly depth?: number
}

/** Follows the events of the swarm's contracts, through reorgs, restarts and endpoints that are down. */
export interface EventWatcher {
  /** @throws BaseError HOME_CORRUPT */
  start(signal: AbortSignal): Promise<void>
  /** Resolves when the last look and notice are over. Idempotent. */
  stop(): Promise<void>
}

/** While the endpoint fails, looks come at most this far apart. */
const longestPauseMs = 60_000
/** A cursor without news is written after this many blocks: they would only be read again. */
const blocksBetweenWrites = 32

export function createEventWatcher(options: EventWatcherOptions): EventWatcher {
  const { pollMs = 2_000 } = options
  const stopping = new AbortController()
  let running: Promise<void> | null = null

  const run = async (look: Look, signal: AbortSignal): Promise<void> => {
    let failures = 0
    while (!signal.aborted) {
      try {
        await look(signal)
        if (failures > 0) options.onTrouble(null)
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        failures += 1
        options.onTrouble(error)
      }
      const delayMs = Math.min(longestPauseMs, pollMs * 2 ** Math.min(failures, 10))
      await pause(delayMs, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }
  return {
    async start(signal) {
      const ending = AbortSignal.any([signal, stopping.signal])
      running ??= run(await createLook(options), ending)
    },
    async stop() {
      stopping.abort()
      await running
    }
  }
}

/** One look at the chain: everything that is new until its head. */
type Look = (signal: AbortSignal) => Promise<void>

async function createLook(options: EventWatcherOptions): Promise<Look> {
  const { connection, deployment, path, maxRange = 2_000, depth = 128 } = options
  const { chainId, swarmLanes, providerStake } = dealDeployment(deployment)
  const of = `${chainId} ${swarmLanes} ${providerStake} ${options.events.toSorted().join(' ')}`
  const fromBlock = Number(deployment.fromBlock)
  const filter = { addresses: [swarmLanes, providerStake], topics: topicsOf(options.events) }
  const context: RoundContext = { connection, filter, fromBlock, depth }
  let cursor: Cursor = (await readCursor(path, of)) ?? { next: fromBlock, window: [], pending: [] }
  let written = cursor.next
  let range = maxRange

  const keep = async (changed: Cursor, news: boolean): Promise<void> => {
    cursor = changed
    if (!news && cursor.next - written < blocksBetweenWrites) return
    await writeCursor(path, of, cursor)
    written = cursor.next
  }
  const tell = async (kind: SwarmNotice['kind'], logs: readonly PendingLog[]): Promise<void> => {
    for (const log of logs) await options.onNotice({ kind, event: decodeSwarmEvent(log, swarmLanes) })
  }
  const confirm = async (head: number): Promise<void> => {
    const oldest = cursor.window[0]?.number ?? 0
    const due = cursor.pending.filter((log) => {
      const wanted = Math.min(depth, options.confirmationsOf(decodeSwarmEvent(log, swarmLanes)))
      return !log.confirmed && head - log.blockNumber + 1 >= wanted
    })
    await tell('confirmed', due)
    const marked = cursor.pending.map((log) => (due.includes(log) ? { ...log, confirmed: true } : log))
    const pending = marked.filter((log) => !log.confirmed || log.blockNumber >= oldest)
    await keep({ ...cursor, pending }, due.length > 0)
  }
  const readOn = async (head: number, signal: AbortSignal): Promise<boolean> => {
    const to = Math.min(head, cursor.next + range - 1)
    try {
      const read = await readRange(context, cursor, to, head, signal)
      if (read === null) return false
      range = Math.min(maxRange, range * 2)
      const wanted = read.logs.filter((log) => options.wants(decodeSwarmEvent(log, swarmLanes)))
      await tell('seen', wanted)
      await keep({ ...read.cursor, pending: [...cursor.pending, ...wanted] }, wanted.length > 0)
      return true
    } catch (error) {
      const tooMuch = isBaseError(error, 'CHAIN_RPC_REFUSED') && range > 1
      range = Math.max(1, Math.floor(range / 2))
      if (!tooMuch) throw error
      return true
    }
  }

  return async (signal) => {
    const check = await checkForReorg(context, cursor, signal)
    if (check.kind === 'reorg') {
      await tell('rolled-back', check.undone)
      await keep(check.cursor, true)
      if (check.tooDeep) options.onTrouble(tooDeep(depth, connection.shown))
    }
    const head = await readHead(connection, signal)
    while (cursor.next <= head) if (!(await readOn(head, signal))) return
    await confirm(head)
  }
}

function tooDeep(depth: number, shown: string): BaseError {
  return new BaseError(
    'CHAIN_REORG_TOO_DEEP',
    `None of the last ${depth} blocks that were read is on the chain of ${shown}.`,
    {
      advice:
        'Check that the endpoint serves the right chain. Events are read again from the start; each has the same id as before.',
      details: { depth, endpoint: shown }
    }
  )
}
