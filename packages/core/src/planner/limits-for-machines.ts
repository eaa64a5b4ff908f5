import type { ModelFacts } from '../facts/models/index.ts'
import { KiB } from '../units.ts'
import { planOnImaginedMachines } from './imagined-machines.ts'

export interface MachineLimits {
  /** `--memory`, bytes. */
  readonly memoryBytes: number
  /** `--lend-memory`, bytes. */
  readonly lendBytes: number
}

/** More than any machine has, bytes. */
const plenty = 2 ** 40

/**
 * Limits for equal machines with one CPU each, at which a model needs exactly so many of them, whichever is asked.
 * Each limit is halfway between the bounds that the planner itself gives, so nothing here knows how it reckons.
 * For the demo and for tests. @returns null where there are no such limits
 */
export function limitsForMachines(model: ModelFacts, contextSize: number, machines: number): MachineLimits | null {
  const holds = (memoryBytes: number, lenders: number, lendBytes: number): boolean =>
    planOnImaginedMachines(model, contextSize, [memoryBytes, ...Array.from({ length: lenders }, () => lendBytes)]).ok
  const alone = least((bytes) => holds(bytes, 0, 0))
  const helped = least((bytes) => holds(bytes, 1, plenty))
  const memoryBytes = halfway(helped, alone)
  const enough = least((bytes) => holds(memoryBytes, machines - 1, bytes))
  const tooMuch = machines > 2 ? least((bytes) => holds(memoryBytes, machines - 2, bytes)) : enough + 2 * KiB
  const lendBytes = halfway(enough, tooMuch)
  const exact = holds(memoryBytes, machines - 1, lendBytes) && !holds(memoryBytes, machines - 2, lendBytes)
  return exact ? { memoryBytes, lendBytes } : null
}

function halfway(low: number, high: number): number {
  return Math.floor((low + high) / 2)
}

/** The smallest amount, to a KiB, that is enough. */
function least(isEnough: (bytes: number) => boolean): number {
  let low = 0
  let high = plenty
  while (high - low > KiB) {
    const middle = halfway(low, high)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return high
}
