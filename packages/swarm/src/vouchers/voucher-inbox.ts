import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import { type ChainConnection, confirmationsFor, createKeyedSerial, dealDeployment, lowerCase } from '../chain/index.ts'
import { type Address, encode, encodeSigned, type Hash, laneId as idOf, type Lane, type Signed } from '../deal/index.ts'
import { type LaneState, readLane } from '../lanes/index.ts'
import { checkFunds, checkTerms } from './check-voucher.ts'
import { type HeldVoucher, openHeldVouchers } from './held-vouchers.ts'

export interface Accepted {
  readonly laneId: Hash
  /** What the voucher adds to those before. */
  readonly added: MicroUsdc
}

/** The provider's side of its lanes: checks vouchers against the chain, and keeps the best of each lane on disk. */
export interface VoucherInbox {
  /**
   * Accept a voucher: it is on disk, synced, when this returns.
   * @throws BaseError as `checkTerms` and `checkFunds`, DEAL_MALFORMED, as `ChainConnection.call`, DISK_FULL
   */
  accept(lane: Lane, voucher: Signed<'Voucher'>, signal: AbortSignal): Promise<Accepted>
  /** The best of each lane, for `claim` and for the lanes to watch. */
  held(): readonly HeldVoucher[]
  /** What was read of a lane on the chain is out of date: read it again before the next voucher. */
  forget(laneId: Hash): void
  /** The lane is closed for good: its voucher is worth nothing any more. */
  drop(laneId: Hash): Promise<void>
}

export interface VoucherInboxOptions {
  readonly connection: ChainConnection
  readonly deployment: SwarmDeployment
  readonly provider: Address
  /** Must exist. */
  readonly folder: string
  /**
   * How long what was read of a lane is good, ms. Default 5,000: a lane that starts to close within them can be claimed
   * for another hour at least.
   */
  readonly freshMs?: number
}

interface Known {
  readonly confirmed: LaneState
  readonly newest: LaneState
  readonly confirmations: number
  readonly readAt: number
}

/** Vouchers above the funding make us look again, but not as often as their sender likes. */
const leastBetweenReadsMs = 500

/** @throws BaseError HOME_CORRUPT | HOME_UNUSABLE | DEAL_MALFORMED where a file was changed by hand */
export async function openVoucherInbox(options: VoucherInboxOptions): Promise<VoucherInbox> {
  const { connection, folder, freshMs = 5_000 } = options
  const deployment = dealDeployment(options.deployment)
  const { chainId, swarmLanes } = deployment
  const provider = lowerCase(options.provider)
  const best = await openHeldVouchers(folder, `received-${chainId}-${swarmLanes}`, provider)
  const known = new Map<Hash, Known>()
  const inTurn = createKeyedSerial<Hash>()

  const look = async (laneId: Hash, cumulative: MicroUsdc, signal: AbortSignal): Promise<Known> => {
    const confirmations = confirmationsFor(cumulative)
    const before = known.get(laneId)
    const ageMs = performance.now() - (before?.readAt ?? Number.NEGATIVE_INFINITY)
    const enough =
      before !== undefined && before.confirmations >= confirmations && before.confirmed.funded >= cumulative
    if (before !== undefined && ageMs < (enough ? freshMs : Math.min(freshMs, leastBetweenReadsMs))) return before
    const readAt = performance.now()
    const [newest, confirmed] = await Promise.all([
      readLane(connection, swarmLanes, laneId, 1, signal),
      readLane(connection, swarmLanes, laneId, confirmations, signal)
    ])
    const seen = { confirmed, newest, confirmations, readAt }
    // Anyone can make up lanes: only those that exist are remembered.
    if (newest.status !== 'unknown') known.set(laneId, seen)
    return seen
  }

  return {
    async accept(lane, voucher, signal) {
      encode('Lane', lane)
      encodeSigned('Voucher', voucher)
      const laneId = idOf(lane)
      return inTurn(laneId, async () => {
        const accepted = best.byLane.get(laneId)?.voucher.object.cumulative ?? microUsdc(0n)
        // Before the chain is asked: a stranger's paper must not cost calls of ours.
        checkTerms({ lane, voucher, provider, deployment, accepted })
        const { confirmed, newest } = await look(laneId, voucher.object.cumulative, signal)
        const added = checkFunds({ voucher: voucher.object, accepted, confirmed, newest })
        await best.put({ lane, voucher })
        return { laneId, added }
      })
    },
    held: () => [...best.byLane.values()],
    forget: (laneId) => {
      known.delete(laneId)
    },
    drop: (laneId) =>
      inTurn(laneId, async () => {
        known.delete(laneId)
        await best.drop(laneId)
      })
  }
}
