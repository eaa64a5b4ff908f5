import { join } from 'node:path'
import {
  type Address,
  decode,
  decodeSigned,
  encode,
  encodeSigned,
  type Hash,
  laneId as idOf,
  type Lane,
  type Signed
} from '@unhosted/core/swarm/deal'
import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import { z } from 'zod'
import { readJsonFile } from '../../store/index.ts'
import { confirmationsFor } from '../chain/confirmations.ts'
import type { ChainConnection } from '../chain/connection.ts'
import { dealDeployment, lowerCase } from '../chain/deal-deployment.ts'
import { writeDurableJson } from '../chain/durable-file.ts'
import { createSerial, type Serial } from '../chain/serial.ts'
import { type LaneState, readLane } from '../lanes/lane-state.ts'
import { checkFunds, checkTerms } from './check-voucher.ts'

/** The best voucher of a lane: what to claim. */
export interface HeldVoucher {
  readonly lane: Lane
  readonly voucher: Signed<'Voucher'>
}

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

const entrySchema = z.strictObject({ lane: z.unknown(), voucher: z.unknown() })
const fileSchema = z.strictObject({ version: z.literal(1), vouchers: z.array(entrySchema).max(100_000) })

/** @throws BaseError HOME_CORRUPT | DEAL_MALFORMED where the file was changed by hand */
export async function openVoucherInbox(options: VoucherInboxOptions): Promise<VoucherInbox> {
  const { connection, deployment, folder, freshMs = 5_000 } = options
  const { chainId, swarmLanes } = deployment
  const provider = lowerCase(options.provider)
  const contracts = dealDeployment(deployment)
  const path = join(folder, `received-${chainId}-${swarmLanes.toLowerCase()}-${provider}.json`)
  const best = await load(path)
  const known = new Map<Hash, Known>()
  const serials = new Map<Hash, Serial>()
  const onDisk = createSerial()
  const save = () =>
    onDisk(() =>
      writeDurableJson(path, {
        version: 1,
        vouchers: [...best.values()].map(({ lane, voucher }) => ({
          lane: encode('Lane', lane),
          voucher: encodeSigned('Voucher', voucher)
        }))
      })
    )

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
    known.set(laneId, seen)
    return seen
  }

  const accept: VoucherInbox['accept'] = async (lane, voucher, signal) => {
    encode('Lane', lane)
    encodeSigned('Voucher', voucher)
    const laneId = idOf(lane)
    const serial = serials.get(laneId) ?? createSerial()
    serials.set(laneId, serial)
    return serial(async () => {
      const before = best.get(laneId)
      const accepted = before?.voucher.object.cumulative ?? microUsdc(0n)
      // Before the chain is asked: a stranger's paper must not cost calls of ours.
      checkTerms({ lane, voucher, provider, deployment: contracts, accepted })
      const { confirmed, newest } = await look(laneId, voucher.object.cumulative, signal)
      const added = checkFunds({ voucher: voucher.object, accepted, confirmed, newest })
      best.set(laneId, { lane, voucher })
      await save().catch((error: unknown) => {
        if (before === undefined) best.delete(laneId)
        else best.set(laneId, before)
        throw error
      })
      return { laneId, added }
    })
  }

  return {
    accept,
    held: () => [...best.values()],
    forget: (laneId) => {
      known.delete(laneId)
    },
    async drop(laneId) {
      known.delete(laneId)
      serials.delete(laneId)
      if (best.delete(laneId)) await save()
    }
  }
}

async function load(path: string): Promise<Map<Hash, HeldVoucher>> {
  const file = await readJsonFile(path, fileSchema, { version: 1, vouchers: [] })
  const entries = file.vouchers.map((entry) => ({
    lane: decode('Lane', entry.lane),
    voucher: decodeSigned('Voucher', entry.voucher)
  }))
  return new Map(entries.map((entry) => [idOf(entry.lane), entry]))
}
