import { dayMs } from './calendar.ts'
import type { BudgetEvent } from './event.ts'
import { attemptKinds, idPattern, latestAt, mostPrice, mostTokens } from './record.ts'

const isCount = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most
/** Sums of such amounts still have at most 39 digits. */
const mostAmount = 2n ** 126n
const isAmount = (value: bigint): boolean => value >= 0n && value < mostAmount
const isPrice = (value: bigint): boolean => value >= 0n && value <= mostPrice

/**
 * What is out of bounds in an event, or null. What passes here, the log's schema takes back on replay: a record that
 * could be written and not read would lose what was signed.
 */
export function eventFault(event: BudgetEvent): string | null {
  if (!isCount(event.at, latestAt)) return 'at'
  switch (event.type) {
    case 'reserve': {
      for (const name of ['id', 'request', 'key', 'lane'] as const) if (!idPattern.test(event[name])) return name
      const { prices, limits } = event
      if (!attemptKinds.includes(event.attempt)) return 'attempt'
      if (!(isPrice(prices.inPico) && isPrice(prices.outPico) && isPrice(prices.cachedPico))) return 'prices'
      if (!(isCount(limits.promptTokens, mostTokens) && isCount(limits.maxOut, mostTokens))) return 'limits'
      return isCount(event.ttlMs, dayMs) && event.ttlMs > 0 ? null : 'ttlMs'
    }
    case 'charge': {
      const { inTokens, cachedTokens, outTokens, chargedPico } = event.claim
      const counted =
        isCount(inTokens, mostTokens) && isCount(cachedTokens, mostTokens) && isCount(outTokens, mostTokens)
      return counted && isAmount(chargedPico) ? null : 'claim'
    }
    case 'signed':
      return isAmount(event.cumulative) ? null : 'cumulative'
    case 'finish':
    case 'release':
    case 'tick':
      return null
  }
}
