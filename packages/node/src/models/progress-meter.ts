import type { Clock } from '../base/index.ts'
import type { PullProgress } from './types.ts'

/** Weight of the newest measurement in the shown rate. */
const newest = 0.2

/** Sums the progress of several files and smooths their rate; what an earlier try brought does not count as speed. */
export function createMeter(
  totalBytes: number,
  clock: Clock,
  onProgress: (progress: PullProgress) => void
): { report(file: number, doneBytes: number): void } {
  const done: number[] = []
  let last: { readonly at: number; readonly bytes: number } | null = null
  let bytesPerSecond = 0
  return {
    report: (file, doneBytes) => {
      done[file] = Math.max(done[file] ?? 0, doneBytes)
      const bytes = done.reduce((sum, value) => sum + value, 0)
      const at = clock.elapsed()
      if (last !== null && at > last.at) {
        const rate = ((bytes - last.bytes) * 1000) / (at - last.at)
        bytesPerSecond = bytesPerSecond === 0 ? rate : bytesPerSecond * (1 - newest) + rate * newest
      }
      last = { at, bytes }
      onProgress({
        doneBytes: bytes,
        totalBytes: Math.max(totalBytes, bytes),
        bytesPerSecond: Math.round(bytesPerSecond)
      })
    }
  }
}
