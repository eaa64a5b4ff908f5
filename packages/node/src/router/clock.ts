/** Time, injected so that tests need not wait. */
export interface Clock {
  /** Unix time, ms. */
  now(): number
  /** Run once after `delayMs`; does not keep the process alive. @returns a function that cancels it */
  after(delayMs: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  }
}
