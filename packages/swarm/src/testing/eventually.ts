import { setTimeout as delay } from 'node:timers/promises'

/** Machines that run tests are busy: what takes milliseconds may take seconds. */
const patienceMs = 15_000

/** For `vi.setConfig` at the top of a file whose tests talk to anvil. */
export const slowMachine = { testTimeout: 2 * patienceMs, hookTimeout: 2 * patienceMs } as const

/** Ask again and again until `check` does not throw. @throws what it threw last */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
    }
    await delay(10)
  }
}
