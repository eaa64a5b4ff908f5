import { renderBar } from './bar.ts'
import { truncateCells } from './cells.ts'
import type { Output } from './output.ts'

const barCells = 24

export interface ProgressBar {
  /** @param detail what stands behind the bar: `12 of 83`, `1.2 GiB of 4.0 GiB` */
  update(done: number, total: number, detail: string): void
  /** Ends the line. Idempotent. */
  close(): void
}

/** A bar on stderr where that is a terminal; elsewhere a plain line at each tenth. */
export function createProgressBar(output: Output, label: string): ProgressBar {
  let lastTenth = -1
  let drawn = false
  return {
    update(done, total, detail) {
      const fraction = total > 0 ? Math.min(1, done / total) : 0
      const percent = `${Math.floor(fraction * 100)}%`.padStart(4)
      if (output.progressIsLive) {
        drawn = true
        const line = `${label} ${renderBar(fraction, barCells)} ${percent}  ${detail}`
        output.progress(`\r\u001b[K${truncateCells(line, output.columns() - 1)}`)
        return
      }
      const tenth = Math.floor(fraction * 10)
      if (tenth === lastTenth) return
      lastTenth = tenth
      output.note(`${label} ${percent.trim()}  ${detail}`)
    },
    close() {
      if (drawn) output.progress('\n')
      drawn = false
    }
  }
}
