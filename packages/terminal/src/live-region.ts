import { cellWidth, truncateCells } from './cells.ts'
import type { Output } from './output.ts'

/** Fastest redraw, ms: ten a second is smooth and costs nothing. */
const redrawMs = 100
const eraseBelow = '\u001b[J'

/** Lines at the bottom of the terminal that change in place, under lines that scroll away. */
export interface LiveRegion {
  /** Show these lines from now on; redrawn at most ten times a second. */
  update(lines: readonly string[]): void
  /** A lasting line above the region. */
  print(line: string): void
  /** Draw what is pending, and leave the lines as they are. Idempotent. */
  close(): void
}

/** For a terminal only (`output.live`). */
export function createLiveRegion(output: Output): LiveRegion {
  let wanted: readonly string[] = []
  let shown: readonly string[] = []
  let timer: NodeJS.Timeout | undefined
  let closed = false

  // After a resize old lines may have been wrapped into several rows: count them at today's width.
  const rowsShown = (): number =>
    shown.reduce((rows, line) => rows + Math.max(1, Math.ceil(cellWidth(line) / output.columns())), 0)
  const erase = (): string => (shown.length === 0 ? '' : `\u001b[${rowsShown()}A\r${eraseBelow}`)
  const draw = (above: string): void => {
    const lines = fitRows(wanted, output.rows()).map((line) => truncateCells(line, output.columns() - 1))
    const same = lines.length === shown.length && lines.every((line, index) => line === shown[index])
    if (same && above === '') return
    // One write, so that the terminal never shows half a frame.
    output.write(`${erase()}${above}${lines.map((line) => `${line}\n`).join('')}`)
    shown = lines
  }
  const drawNow = (): void => {
    clearTimeout(timer)
    timer = undefined
    draw('')
  }
  const removeResize = output.onResize(drawNow)

  return {
    update(lines) {
      wanted = lines
      if (!closed) timer ??= setTimeout(drawNow, redrawMs).unref()
    },
    print(line) {
      draw(`${line}\n`)
    },
    close() {
      if (closed) return
      closed = true
      removeResize()
      drawNow()
    }
  }
}

/** What has scrolled off the top cannot be redrawn: no more lines than the terminal has rows, the prompt's aside. */
function fitRows(lines: readonly string[], rows: number): readonly string[] {
  const most = Math.max(1, rows - 2)
  if (lines.length <= most) return lines
  const kept = lines.slice(0, most - 1)
  return [...kept, `\u2026 and ${lines.length - kept.length} more`]
}
