/** Time as the pool sees it, so that tests can turn the hands. */
export interface Clock {
  /** Unix time, ms. */
  now(): number
  /** Call `act` every `ms` until the returned function is called. */
  every(ms: number, act: () => void): () => void
  /** Call `act` once after `ms` unless the returned function is called before. */
  after(ms: number, act: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  every(ms, act) {
    const timer = setInterval(act, ms)
    return () => clearInterval(timer)
  },
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  }
}
