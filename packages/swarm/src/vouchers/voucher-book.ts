import { join } from 'node:path'
import { microUsdc } from '@unhosted/core/units'
import { withFileLock } from '@unhosted/node/base'
import { readJsonFile } from '@unhosted/node/store'
import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import type { LocalAccount } from 'viem'
import { z } from 'zod'
import { createKeyedSerial, dealDeployment, signDeal, writeDurableJson } from '../chain/index.ts'
import {
  decode,
  encode,
  type Hash,
  laneId as idOf,
  isSignedBy,
  type Lane,
  type Signed,
  type Voucher
} from '../deal/index.ts'
import type { LaneState } from '../lanes/index.ts'
import { aboveFunding, laneClosing, notHigher, stateBehind, stateMissing, wrongParty } from './voucher-errors.ts'

/** What is signed at most on a lane, and the audit log's head that went with it. */
export type Promised = Pick<Voucher, 'cumulative' | 'ledgerHead'>

/**
 * The requester's side of its lanes: signs vouchers, and never signs less than before or forgets what it signed. The
 * next sum is on disk, synced, before the signature exists; so whatever anyone holds, this book holds as much or more.
 * Safe for any number of callers and processes at once: one lane is served in turn.
 */
export interface VoucherBook {
  /** Start the record of a lane that was just opened. Does nothing where there is one. */
  begin(lane: Lane, signal: AbortSignal): Promise<void>
  /** @throws BaseError VOUCHER_STATE_MISSING | HOME_CORRUPT */
  last(laneId: Hash): Promise<Promised>
  /**
   * Sign the voucher that follows. The same sum with the same head is signed again as it was.
   * @param state the lane on the chain, now
   * @param next what to promise, given what is promised; called while nobody else can sign on this lane
   * @throws BaseError VOUCHER_NOT_HIGHER | VOUCHER_ABOVE_FUNDING | VOUCHER_LANE_CLOSING | VOUCHER_STATE_MISSING
   * @throws BaseError VOUCHER_STATE_BEHIND | VOUCHER_WRONG_PARTY | HOME_CORRUPT | DISK_FULL | CANCELLED
   */
  sign(
    laneId: Hash,
    state: LaneState,
    next: (last: Promised) => Promised,
    signal: AbortSignal
  ): Promise<Signed<'Voucher'>>
  /**
   * Take over a voucher that the provider shows, after the record was lost: only one with our own signature counts, and
   * only upwards.
   * @throws BaseError VOUCHER_WRONG_PARTY
   */
  adopt(lane: Lane, voucher: Signed<'Voucher'>, signal: AbortSignal): Promise<void>
}

export interface VoucherBookOptions {
  readonly deployment: SwarmDeployment
  /** The lane signer. */
  readonly account: LocalAccount
  /** Must exist. */
  readonly folder: string
}

const record = z.strictObject({ version: z.literal(1), lane: z.unknown(), promised: z.unknown() })
const zeroHash: Hash = `0x${'0'.repeat(64)}`

interface Entry {
  readonly lane: Lane
  readonly voucher: Voucher
}

export function createVoucherBook({ deployment, account, folder }: VoucherBookOptions): VoucherBook {
  const { chainId, swarmLanes } = deployment
  const contracts = dealDeployment(deployment)
  const inTurn = createKeyedSerial<Hash>()
  // A lane's id does not tell its chain or contract: the same terms may stand on two.
  const pathOf = (laneId: Hash) => join(folder, `voucher-${chainId}-${swarmLanes.toLowerCase()}-${laneId}.json`)

  const alone = <T>(laneId: Hash, signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
    inTurn(laneId, () => withFileLock({ path: `${pathOf(laneId)}.lock`, brief: true }, signal, work))
  const read = async (laneId: Hash): Promise<Entry | null> => {
    const found = await readJsonFile(pathOf(laneId), record.nullable(), null)
    if (found === null) return null
    const entry = { lane: decode('Lane', found.lane), voucher: decode('Voucher', found.promised) }
    if (idOf(entry.lane) !== laneId || entry.voucher.laneId !== laneId) throw stateMissing(laneId)
    return entry
  }
  const mustRead = async (laneId: Hash): Promise<Entry> => {
    const entry = await read(laneId)
    if (entry === null) throw stateMissing(laneId)
    return entry
  }
  const write = ({ lane, voucher }: Entry): Promise<void> =>
    writeDurableJson(pathOf(voucher.laneId), {
      version: 1,
      lane: encode('Lane', lane),
      promised: encode('Voucher', voucher)
    })

  return {
    async begin(lane, signal) {
      const laneId = idOf(lane)
      await alone(laneId, signal, async () => {
        if ((await read(laneId)) !== null) return
        await write({ lane, voucher: { laneId, cumulative: microUsdc(0n), ledgerHead: zeroHash } })
      })
    },
    last: async (laneId) => (await mustRead(laneId)).voucher,
    sign: (laneId, state, next, signal) =>
      alone(laneId, signal, async () => {
        const { lane, voucher: last } = await mustRead(laneId)
        if (lane.signer !== account.address.toLowerCase()) throw wrongParty(laneId, `its signer is ${lane.signer}`)
        if (last.cumulative < state.claimed) throw stateBehind(laneId, last.cumulative, state.claimed)
        const { cumulative, ledgerHead } = next(last)
        const voucher = { laneId, cumulative, ledgerHead }
        encode('Voucher', voucher)
        checkNext(last, voucher, state)
        if (cumulative > last.cumulative) await write({ lane, voucher })
        return { object: voucher, signature: await signDeal(account, 'Voucher', voucher, contracts) }
      }),
    async adopt(lane, shown, signal) {
      const laneId = idOf(lane)
      if (shown.object.laneId !== laneId) throw wrongParty(laneId, 'the voucher is of another lane')
      const ours = lane.signer === account.address.toLowerCase() && isSignedBy('Voucher', shown, contracts, lane.signer)
      if (!ours) throw wrongParty(laneId, 'the voucher does not have our signature')
      await alone(laneId, signal, async () => {
        const last = (await read(laneId))?.voucher.cumulative ?? -1n
        if (shown.object.cumulative > last) await write({ lane, voucher: shown.object })
      })
    }
  }
}

function checkNext(last: Voucher, next: Voucher, state: LaneState): void {
  const { laneId, cumulative, ledgerHead } = next
  // It was promised: whoever did not get it may have it again, also while the lane closes.
  if (cumulative > 0n && cumulative === last.cumulative && ledgerHead === last.ledgerHead) return
  if (cumulative <= last.cumulative) throw notHigher(laneId, cumulative, last.cumulative)
  if (state.status !== 'open') throw laneClosing(laneId, state)
  if (cumulative > state.funded) throw aboveFunding(laneId, cumulative, state.funded)
}
