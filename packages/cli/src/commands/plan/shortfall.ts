import type { BaseErrorOptions } from '@unhosted/core/errors'
import type { Shortfall } from '@unhosted/core/planner'
import { formatBytes } from '@unhosted/core/units'
import { safeLine } from '../../terminal/safe-text.ts'

/** Message and options of the error for a model that fits nowhere. */
export function describeShortfall(model: string, shortfall: Shortfall): [what: string, options: BaseErrorOptions] {
  const { neededBytes, availableBytes, missingBytes, remedies, excluded } = shortfall
  const amounts = `${formatBytes(neededBytes)} are needed, ${formatBytes(availableBytes)} can be had`
  const what = `${safeLine(model)} fits nowhere: ${formatBytes(missingBytes)} are missing (${amounts}).`
  const reasons = excluded.map(({ explanation }) => explanation)
  const advice = [...remedies, ...reasons].map(safeLine).join('\n  ')
  return [
    what,
    { advice: advice === '' ? 'Pair another machine, or lend more memory.' : advice, details: { shortfall } }
  ]
}
