import { join } from 'node:path'
import type { Log } from '@unhosted/node/log'
import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import { type ChainConnection, pause } from '../chain/index.ts'
import type { Hash, Lane, Signed } from '../deal/index.ts'
import type { ClaimOutcome, Claims } from '../lanes/index.ts'
import { type Accepted, type HeldVoucher, openVoucherInbox, type VoucherInbox } from '../vouchers/index.ts'
import { closingEvents, confirmationsOfEvent, createClosingWatch, createEventWatcher } from '../watch/index.ts'

export interface ProviderLanesOptions {
  readonly connection: ChainConnection
  readonly deployment: SwarmDeployment
  readonly claims: Claims
  readonly provider: `0x${string}`
  /** Holds vouchers and cursor; must exist. */
  readonly folder: string
  /** A payer ends this lane: serve nothing more on it. It is claimed without being asked. */
  readonly onClosing: (laneId: Hash, closesAt: number) => void
  readonly log: Log
  /** Between two looks at the chain, ms. Default 2,000. */
  readonly pollMs?: number
  /** How long what was read of a lane is good, ms. Default 5,000. */
  readonly freshMs?: number
}

/** The lanes a provider earns from: takes vouchers, watches for closes, claims in time. */
export interface ProviderLanes {
  /** @throws BaseError HOME_CORRUPT | as `ChainConnection.call` */
  start(signal: AbortSignal): Promise<void>
  /** Idempotent. */
  stop(): Promise<void>
  /** @throws BaseError as `VoucherInbox.accept` */
  accept(lane: Lane, voucher: Signed<'Voucher'>, signal: AbortSignal): Promise<Accepted>
  held(): readonly HeldVoucher[]
  /** Claim the best voucher of every lane. */
  claimAll(signal: AbortSignal): Promise<readonly ClaimOutcome[]>
}

const betweenTriesMs = 30_000

/** @throws BaseError HOME_CORRUPT | DEAL_MALFORMED where the vouchers' file was changed by hand */
export async function createProviderLanes(options: ProviderLanesOptions): Promise<ProviderLanes> {
  const { connection, deployment, claims, provider, folder, log, pollMs = 2_000, freshMs = 5_000 } = options
  const inbox: VoucherInbox = await openVoucherInbox({ connection, deployment, provider, folder, freshMs })
  const stopping = new AbortController()
  const claiming = new Set<Promise<void>>()

  /** Again and again until it is claimed, the lane is closed, or we stop: an endpoint may be down for a part of the window. */
  const claimNow = async (laneId: Hash, signal: AbortSignal): Promise<void> => {
    while (watch.follows(laneId) && !signal.aborted) {
      const rows = inbox.held().filter(({ voucher }) => voucher.object.laneId === laneId)
      const failure = await claims.claim(rows, signal).then(
        (outcomes) => outcomes.find((outcome) => outcome.status === 'failed')?.error ?? null,
        (error: unknown) => error
      )
      if (failure === null) return
      if (!signal.aborted) log.error({ laneId, error: String(failure) }, 'a closing lane is not claimed yet')
      await pause(betweenTriesMs, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }
  const watch = createClosingWatch({
    connection,
    deployment,
    onClosing(laneId, closesAt) {
      inbox.forget(laneId)
      options.onClosing(laneId, closesAt)
      // Not awaited: other lanes' events must not wait for a transaction.
      const claim = claimNow(laneId, stopping.signal).finally(() => claiming.delete(claim))
      claiming.add(claim)
    },
    async onClosed(laneId) {
      watch.unfollow(laneId)
      await inbox.drop(laneId)
    },
    onChanged: (laneId) => inbox.forget(laneId)
  })
  const watcher = createEventWatcher({
    connection,
    deployment,
    path: join(folder, `events-${deployment.chainId}-${provider.toLowerCase()}.json`),
    events: closingEvents,
    wants: watch.wants,
    confirmationsOf: confirmationsOfEvent,
    onNotice: watch.onNotice,
    onTrouble: (error) =>
      error === null
        ? log.info({}, 'the chain is watched again')
        : log.warn({ error: String(error) }, 'the chain cannot be watched just now'),
    pollMs
  })

  return {
    async start(signal) {
      const ending = AbortSignal.any([signal, stopping.signal])
      for (const { lane } of inbox.held()) await watch.follow(lane, ending)
      await watcher.start(ending)
    },
    async stop() {
      stopping.abort()
      await watcher.stop()
      await Promise.all(claiming)
    },
    async accept(lane, voucher, signal) {
      const accepted = await inbox.accept(lane, voucher, signal)
      if (!watch.follows(accepted.laneId)) await watch.follow(lane, signal)
      return accepted
    },
    held: () => inbox.held(),
    claimAll: (signal) => claims.claim(inbox.held(), signal)
  }
}
