import { vi } from 'vitest'

/** Machines that run tests are busy: what takes milliseconds may take seconds. */
const patienceMs = 15_000

/** Set at the top of a file whose tests talk to anvil. */
export const slowMachine = { testTimeout: 2 * patienceMs, hookTimeout: 2 * patienceMs } as const

/** Ask again and again until `check` does not throw. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: patienceMs, interval: 10 })
