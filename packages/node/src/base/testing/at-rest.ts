/** Turns of the event loop without progress after which nothing more is under way in this process. */
const quietTurns = 5000

/**
 * Resolves when `progress` has stopped changing: what is under way within this process, its loopback sockets
 * included, has come to rest. For tests that something is held back, which no event announces.
 */
export async function atRest(progress: () => number): Promise<void> {
  let last = progress()
  for (let turn = 0; turn < quietTurns; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    const now = progress()
    if (now === last) continue
    last = now
    turn = 0
  }
}
