import { createInterface } from 'node:readline'
import { BaseError } from '@unhosted/core/errors'

/** Reads answers of a person, line by line. One per command; `close` gives the terminal back. */
export interface Questions {
  /**
   * Ask and wait for a line.
   * @throws BaseError CANCELLED on Ctrl-C, USAGE when the input has ended
   */
  ask(question: string, options: { readonly signal: AbortSignal }): Promise<string>
  close(): void
}

/** @param onInterrupt Ctrl-C at a prompt: on a terminal it is a key here, not a signal */
export function createQuestions(
  input: NodeJS.ReadStream,
  print: (text: string) => void,
  onInterrupt: () => void
): Questions {
  const waiting: ((line: string | null) => void)[] = []
  const lines: string[] = []
  let ended = false
  const reader = createInterface({ input, terminal: false })
  reader.on('line', (line) => {
    const next = waiting.shift()
    if (next === undefined) lines.push(line)
    else next(line)
  })
  reader.on('close', () => {
    ended = true
    for (const next of waiting.splice(0)) next(null)
  })
  reader.on('SIGINT', onInterrupt)

  const nextLine = (signal: AbortSignal): Promise<string | null> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const at = waiting.indexOf(settle)
        if (at !== -1) waiting.splice(at, 1)
        reject(signal.reason)
      }
      const settle = (line: string | null): void => {
        signal.removeEventListener('abort', onAbort)
        resolve(line)
      }
      if (signal.aborted) return reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      waiting.push(settle)
    })

  return {
    async ask(question, { signal }) {
      print(question)
      const line = lines.shift() ?? (ended ? null : await nextLine(signal))
      if (line !== null) return line.trim()
      throw new BaseError('USAGE', 'A question needs an answer, but the input has ended.', {
        advice: 'Run the command on a terminal, or pass --yes.'
      })
    },
    close() {
      reader.close()
      input.pause()
    }
  }
}
