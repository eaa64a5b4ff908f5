import { formatBytes } from '../units.ts'
import type { Shortfall } from './plan.ts'

/** One sentence for a model that fits on no machine or pool. Foreign text is not made safe here. */
export function describeShortfall(model: string, shortfall: Shortfall): string {
  const { neededBytes, availableBytes, missingBytes } = shortfall
  const amounts = `it needs ${formatBytes(neededBytes)}, ${formatBytes(availableBytes)} are available`
  return `${model} does not fit: ${formatBytes(missingBytes)} are missing (${amounts}).`
}
