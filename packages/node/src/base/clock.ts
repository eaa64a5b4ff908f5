/** Time, injected, so that tests decide when it passes. */
export interface Clock {
  /** Unix time, ms. It jumps when the system clock is set: for what is stored or shown. */
  now(): number
  /** Monotonic time since an arbitrary point, ms, with fractions: for measuring how long something took. */
  elapsed(): number
  /** Call `act` every `ms` until the returned function is called. */
  every(ms: number, act: () => void): () => void
  /** Call `act` once after `ms` unless the returned function is called before. */
  after(ms: number, act: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  every(ms, act) {
    const timer = setInterval(act, ms)
    return () => clearInterval(timer)
  },
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  }
}
