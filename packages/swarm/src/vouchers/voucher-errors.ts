import { microUsdc } from '@unhosted/core/units'
import { usdcInWords } from '../chain/index.ts'
import type { Hash } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import type { LaneState } from '../lanes/index.ts'

const inWords = (amount: bigint): string => usdcInWords(microUsdc(amount))

export function stateMissing(laneId: Hash): BaseError {
  return new BaseError('VOUCHER_STATE_MISSING', `There is no record of what was signed on lane ${laneId}.`, {
    advice: 'Restore the folder with the vouchers, get the highest voucher from the provider, or close the lane.',
    details: { laneId }
  })
}

export function stateBehind(laneId: Hash, recorded: bigint, claimed: bigint): BaseError {
  return new BaseError(
    'VOUCHER_STATE_BEHIND',
    `The record of lane ${laneId} ends at ${inWords(recorded)}, but ${inWords(claimed)} were claimed on the chain.`,
    {
      advice: 'An old copy was restored: take over the highest voucher from the provider, or close the lane.',
      details: { laneId, recorded: `${recorded}`, claimed: `${claimed}` }
    }
  )
}

export function wrongParty(laneId: Hash, why: string): BaseError {
  return new BaseError('VOUCHER_WRONG_PARTY', `The voucher does not fit lane ${laneId}: ${why}.`, {
    advice: 'Use the lane and the key that belong together.',
    details: { laneId }
  })
}

export function notHigher(laneId: Hash, cumulative: bigint, last: bigint): BaseError {
  return new BaseError(
    'VOUCHER_NOT_HIGHER',
    `A voucher of ${inWords(cumulative)} on lane ${laneId} does not follow one of ${inWords(last)}.`,
    {
      advice: 'Vouchers count from the opening of the lane: promise more than before.',
      details: { laneId, cumulative: `${cumulative}`, last: `${last}` }
    }
  )
}

export function aboveFunding(laneId: Hash, cumulative: bigint, funded: bigint): BaseError {
  return new BaseError(
    'VOUCHER_ABOVE_FUNDING',
    `A voucher of ${inWords(cumulative)} is above the ${inWords(funded)} that lane ${laneId} holds for certain.`,
    {
      advice: 'Top the lane up and wait for the confirmations that its amount asks for.',
      details: { laneId, cumulative: `${cumulative}`, funded: `${funded}` }
    }
  )
}

export function laneClosing(laneId: Hash, { status, closesAt }: LaneState): BaseError {
  if (status === 'unknown') {
    return new BaseError('VOUCHER_LANE_UNKNOWN', `The chain does not know lane ${laneId}, or not deep enough yet.`, {
      advice: 'Wait for the lane to be confirmed, or open it.',
      details: { laneId }
    })
  }
  const when = closesAt === null ? '' : ` at unix second ${closesAt}`
  return new BaseError('VOUCHER_LANE_CLOSING', `Lane ${laneId} is ${status}${when}.`, {
    advice: 'Open another lane. What it owes must be claimed before its close is finished.',
    details: { laneId, status, closesAt }
  })
}
