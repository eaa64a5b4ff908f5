import { BaseError } from '@unhosted/core/errors'
import type { ModelFacts } from '@unhosted/core/models'
import { KiB } from '@unhosted/core/units'
import { planOnInventedMachines } from '../../setup/invented-machine.ts'

export interface MachineMemory {
  /** `--memory`, bytes. */
  readonly memoryBytes: number
  /** `--lend-memory`, bytes. */
  readonly lendBytes: number
}

/** More than any model of the demo needs, bytes. */
const plenty = 2 ** 40

/**
 * Limits for each of `machines` equal machines, so that all of them together hold the model and one fewer do not,
 * whichever of them is asked. The planner itself is asked for the bounds; each limit is halfway between its two.
 * @throws BaseError INTERNAL where there are no such limits
 */
export function chooseMemory(model: ModelFacts, contextSize: number, machines: number): MachineMemory {
  const holds = (memoryBytes: number, lenders: number, lendBytes: number): boolean =>
    planOnInventedMachines(model, contextSize, [memoryBytes, ...Array.from({ length: lenders }, () => lendBytes)]).ok
  const alone = least((bytes) => holds(bytes, 0, 0))
  const withHelp = least((bytes) => holds(bytes, 1, plenty))
  const memoryBytes = halfway(withHelp, alone)
  const fromAll = least((bytes) => holds(memoryBytes, machines - 1, bytes))
  const fromFewer = least((bytes) => holds(memoryBytes, machines - 2, bytes))
  const lendBytes = halfway(fromAll, fromFewer)
  const needsAll = holds(memoryBytes, machines - 1, lendBytes) && !holds(memoryBytes, machines - 2, lendBytes)
  if (needsAll && lendBytes <= memoryBytes) return { memoryBytes, lendBytes }
  throw new BaseError('INTERNAL', `The model cannot be made to need ${machines} machines.`, {
    advice: 'Report this, with the output of: unhosted models show tiny --json'
  })
}

function halfway(low: number, high: number): number {
  return Math.floor((low + high) / 2)
}

/** The smallest amount, to a KiB, that is enough. */
function least(isEnough: (bytes: number) => boolean): number {
  let low = 0
  let high = KiB
  while (!isEnough(high) && high < plenty) {
    low = high
    high *= 2
  }
  while (high - low > KiB) {
    const middle = halfway(low, high)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return high
}
