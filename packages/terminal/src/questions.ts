import { createInterface } from 'node:readline'
import { BaseError } from '@unhosted/core/errors'

/** Reads a person's answers, line by line. One per command; `close` gives the input back. */
export interface Questions {
  /**
   * Ask and wait for a line.
   * @throws the signal's reason on abort; BaseError USAGE when the input has ended
   */
  ask(question: string, options: { readonly signal: AbortSignal }): Promise<string>
  close(): void
}

/** @param print shows the question; the terminal itself echoes and edits the answer */
export function createQuestions(input: NodeJS.ReadStream, print: (text: string) => void): Questions {
  let waiting: ((line: string | null) => void) | undefined
  const lines: string[] = []
  let ended = false
  const reader = createInterface({ input, terminal: false })
  reader.on('line', (line) => {
    const answer = waiting
    // At once, not when the asker has gone on: the next line may come in the same turn.
    waiting = undefined
    if (answer === undefined) lines.push(line)
    else answer(line)
  })
  reader.on('close', () => {
    ended = true
    waiting?.(null)
  })

  const nextLine = (signal: AbortSignal): Promise<string | null> => {
    const { promise, resolve, reject } = Promise.withResolvers<string | null>()
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    waiting = resolve
    return promise.finally(() => {
      waiting = undefined
      signal.removeEventListener('abort', onAbort)
    })
  }

  return {
    async ask(question, { signal }) {
      signal.throwIfAborted()
      print(question)
      const line = lines.shift() ?? (ended ? null : await nextLine(signal))
      if (line !== null) return line.trim()
      throw new BaseError('USAGE', 'The command needs an answer, but the input has ended.', {
        advice: 'Run the command in a terminal, or pass --yes.'
      })
    },
    close() {
      reader.close()
      input.pause()
    }
  }
}
