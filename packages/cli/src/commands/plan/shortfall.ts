import type { BaseErrorOptions } from '@unhosted/core/errors'
import type { Shortfall } from '@unhosted/core/planner'
import { formatBytes } from '@unhosted/core/units'
import { safeLine } from '@unhosted/terminal'

/**
 * Message and options of the error for a model that does not fit.
 * @param loaded names of the models that take memory now, and would make room
 */
export function describeShortfall(
  model: string,
  shortfall: Shortfall,
  loaded: readonly string[] = []
): [what: string, options: BaseErrorOptions] {
  const { neededBytes, availableBytes, missingBytes, remedies, excluded } = shortfall
  const amounts = `it needs ${formatBytes(neededBytes)}, ${formatBytes(availableBytes)} are available`
  const what = `${safeLine(model)} does not fit: ${formatBytes(missingBytes)} are missing (${amounts}).`
  const reasons = excluded.map(({ explanation }) => explanation)
  const room =
    loaded.length === 0
      ? []
      : [`Loaded now: ${loaded.join(', ')}. The daemon unloads idle models when a request needs the memory.`]
  const advice = [...room, ...remedies, ...reasons].map(safeLine).join('\n')
  return [
    what,
    { advice: advice === '' ? 'Pair another machine, or lend more memory.' : advice, details: { shortfall } }
  ]
}
