import { BaseError } from '@unhosted/core/errors'
import { describeShortfall, type Shortfall } from '@unhosted/core/planner'
import { safeLine } from '@unhosted/terminal'

/**
 * The error for a model that does not fit, with all that would make it fit.
 * @param loaded names of the models that take memory now, and would make room
 */
export function shortfallError(model: string, shortfall: Shortfall, loaded: readonly string[] = []): BaseError {
  const reasons = shortfall.excluded.map(({ explanation }) => explanation)
  const room =
    loaded.length === 0
      ? []
      : [`Loaded now: ${loaded.join(', ')}. The daemon unloads idle models when a request needs the memory.`]
  const advice = [...room, ...shortfall.remedies, ...reasons].map(safeLine).join('\n')
  return new BaseError('NO_CAPACITY', safeLine(describeShortfall(model, shortfall)), {
    ...(advice !== '' && { advice }),
    details: { shortfall }
  })
}
