import { readdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileError } from '@unhosted/node/base'
import { readJsonFile } from '@unhosted/node/store'
import { z } from 'zod'
import { writeDurableJson } from '../chain/index.ts'
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
} from '../deal/index.ts'

/** The best voucher of a lane: what to claim. */
export interface HeldVoucher {
  readonly lane: Lane
  readonly voucher: Signed<'Voucher'>
}

/** The best voucher of each lane, one small file for each: a new one costs the same however many there are. */
export interface HeldVouchers {
  readonly byLane: ReadonlyMap<Hash, HeldVoucher>
  /** On disk, synced, when this returns; before that nothing has changed. */
  put(held: HeldVoucher): Promise<void>
  /** Claim it no more. The file stays, under another name: it is money, and that the lane is closed is the endpoint's word. */
  drop(laneId: Hash): Promise<void>
}

const schema = z.strictObject({ version: z.literal(1), lane: z.unknown(), voucher: z.unknown() })

/**
 * @param prefix names chain and contract: the same lane may stand on two
 * @throws BaseError HOME_CORRUPT | HOME_UNUSABLE | DEAL_MALFORMED where a file was changed by hand
 */
export async function openHeldVouchers(folder: string, prefix: string, provider: Address): Promise<HeldVouchers> {
  const byLane = new Map<Hash, HeldVoucher>()
  const pathOf = (laneId: Hash): string => join(folder, `${prefix}-${laneId}.json`)
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(folder, error)
  })
  for (const name of names.filter((each) => each.startsWith(`${prefix}-`) && each.endsWith('.json'))) {
    const found = await readJsonFile(join(folder, name), schema.nullable(), null)
    if (found === null) continue
    const held = { lane: decode('Lane', found.lane), voucher: decodeSigned('Voucher', found.voucher) }
    if (held.lane.provider === provider) byLane.set(idOf(held.lane), held)
  }
  return {
    byLane,
    async put(held) {
      const laneId = idOf(held.lane)
      const lane = encode('Lane', held.lane)
      await writeDurableJson(pathOf(laneId), { version: 1, lane, voucher: encodeSigned('Voucher', held.voucher) })
      byLane.set(laneId, held)
    },
    async drop(laneId) {
      if (!byLane.delete(laneId)) return
      const path = pathOf(laneId)
      await rename(path, join(folder, `closed-${basename(path)}`)).catch((error: unknown) => {
        throw fileError(path, error)
      })
    }
  }
}
