import type { BaseErrorOptions } from '@unhosted/core/errors'
import type { Shortfall } from '@unhosted/core/planner'
import { formatBytes } from '@unhosted/core/units'
import { safeLine } from '@unhosted/terminal'

/**
 * Message and options of the error for a model that fits nowhere.
 * @param loaded names of the models that take memory now, and would make room
 */
export function describeShortfall(
  model: string,
  shortfall: Shortfall,
  loaded: readonly string[] = []
): [what: string, options: BaseErrorOptions] {
  const { neededBytes, availableBytes, missingBytes, remedies, excluded } = shortfall
  const amounts = `${formatBytes(neededBytes)} are needed, ${formatBytes(availableBytes)} can be had`
  const what = `${safeLine(model)} fits nowhere: ${formatBytes(missingBytes)} are missing (${amounts}).`
  const reasons = excluded.map(({ explanation }) => explanation)
  const room =
    loaded.length === 0
      ? []
      : [`Loaded now: ${loaded.join(', ')}. What is idle is unloaded where a request needs the room.`]
  const advice = [...room, ...remedies, ...reasons].map(safeLine).join('\n  ')
  return [
    what,
    { advice: advice === '' ? 'Pair another machine, or lend more memory.' : advice, details: { shortfall } }
  ]
}
