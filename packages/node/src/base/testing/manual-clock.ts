import type { Clock } from '../clock.ts'

/** A clock whose hands a test turns. */
export class ManualClock implements Clock {
  private time = 1_700_000_000_000
  private readonly alarms = new Set<{ at: number; every: number | null; act: () => void }>()
  private readonly waiting = new Set<() => void>()

  now(): number {
    return this.time
  }

  elapsed(): number {
    return this.time
  }

  every(ms: number, act: () => void): () => void {
    return this.add({ at: this.time + ms, every: ms, act })
  }

  after(ms: number, act: () => void): () => void {
    return this.add({ at: this.time + ms, every: null, act })
  }

  /** Timers that were set and neither rang nor were cleared. */
  get pending(): number {
    return this.alarms.size
  }

  /** How long each timer has still to run, ms, the next one first. */
  get remaining(): readonly number[] {
    return [...this.alarms].map(({ at }) => at - this.time).sort((a, b) => a - b)
  }

  /** Resolves once this many timers are set, or more. */
  async untilPending(count: number): Promise<void> {
    while (this.alarms.size < count) await new Promise<void>((resolve) => this.waiting.add(resolve))
  }

  /** Turn the hands; what is due rings in order, and promises get a turn in between. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms
    for (;;) {
      const due = [...this.alarms].filter((alarm) => alarm.at <= until).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.time = Math.max(this.time, due.at)
      if (due.every === null) this.alarms.delete(due)
      else due.at += due.every
      due.act()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.time = until
    await new Promise((resolve) => setImmediate(resolve))
  }

  private add(alarm: { at: number; every: number | null; act: () => void }): () => void {
    this.alarms.add(alarm)
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
    return () => {
      this.alarms.delete(alarm)
    }
  }
}
