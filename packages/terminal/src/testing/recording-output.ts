import pc from 'picocolors'
import type { Output } from '../output.ts'

export const noColours = pc.createColors(false)

/** An output that keeps what is printed. */
export function recordingOutput(
  options: { readonly json?: boolean; readonly live?: boolean; readonly columns?: number; readonly rows?: number } = {}
): Output & { readonly printed: () => string; readonly noted: () => string; resize(columns: number): void } {
  let printed = ''
  let noted = ''
  let columns = options.columns ?? 80
  const listeners = new Set<() => void>()
  const json = options.json ?? false
  const print = (text: string): void => {
    if (!json) printed += text
  }
  return {
    json,
    live: options.live ?? false,
    progressIsLive: false,
    colours: noColours,
    errorColours: noColours,
    columns: () => columns,
    errorColumns: () => Number.POSITIVE_INFINITY,
    rows: () => options.rows ?? 24,
    result: (document, text) => {
      printed += json ? `${JSON.stringify(document)}\n` : `${text()}\n`
    },
    event: (document) => {
      if (json) printed += `${JSON.stringify(document)}\n`
    },
    line: (text = '') => print(`${text}\n`),
    write: print,
    note: (text) => {
      if (!json) noted += `${text}\n`
    },
    progress: () => {},
    onResize: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    printed: () => printed,
    noted: () => noted,
    resize: (value) => {
      columns = value
      for (const listener of listeners) listener()
    }
  }
}
