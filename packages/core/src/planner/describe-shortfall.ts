import { formatBytes } from '../units.ts'
import type { Shortfall } from './plan.ts'

/** What happened where a model fits nowhere, in a sentence for people. Foreign text is not made safe here. */
export function describeShortfall(model: string, shortfall: Shortfall): string {
  const { neededBytes, availableBytes, missingBytes } = shortfall
  const amounts = `${formatBytes(neededBytes)} are needed, ${formatBytes(availableBytes)} can be had`
  return `${model} fits nowhere: ${formatBytes(missingBytes)} are missing (${amounts}).`
}
