import { createInterface, type Interface } from 'node:readline'
import { isBaseError } from '@unhosted/core/errors'
import { type ChatMessage, type ChatRequest, streamChat } from '../../chat/stream-chat.ts'
import { createTextPrinter } from '../../chat/text-printer.ts'
import type { CommandContext } from '../../command/context.ts'
import { asBaseError, renderError } from '../../command/report-error.ts'

/** A request but for its messages. */
export type ChatSettings = Omit<ChatRequest, 'messages'>

const farewell = '/bye'
const forget = '/clear'
const help = ['/help', '/?']
const usage = `${farewell} or Ctrl-D ends the chat, ${forget} forgets it.`

/** A chat of many turns. Ctrl-C cancels an answer; at the prompt it ends the chat, as Ctrl-D does. */
export async function chat(
  settings: ChatSettings,
  opening: readonly ChatMessage[],
  context: CommandContext
): Promise<void> {
  const { output } = context
  output.line(output.colours.dim(usage))
  const reader = createInterface({ input: context.input, output: context.screen, prompt: output.colours.bold('> ') })
  // Ctrl-D may come in mid-answer, and ends the chat after it.
  let ended = false
  reader.once('close', () => {
    ended = true
  })
  let history = opening
  try {
    for (;;) {
      const line = ended ? null : await nextLine(reader, context.signal)
      // The shell's prompt goes under ours, not beside it.
      if (line === null && !ended) output.line()
      if (line === null || line === farewell) return
      if (line === forget) history = opening
      else if (help.includes(line)) output.line(output.colours.dim(usage))
      else if (line !== '')
        history = await turn([...history, { role: 'user', content: line }], settings, reader, context)
    }
  } finally {
    reader.close()
  }
}

/** @returns null at the end of the input, on Ctrl-C, or when the program is told to stop */
function nextLine(reader: Interface, signal: AbortSignal): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const onLine = (line: string): void => resolve(line.trim())
  const onEnd = (): void => resolve(null)
  reader.on('line', onLine)
  reader.on('close', onEnd)
  reader.on('SIGINT', onEnd)
  signal.addEventListener('abort', onEnd)
  reader.prompt()
  return promise.finally(() => {
    signal.removeEventListener('abort', onEnd)
    reader.off('line', onLine)
    reader.off('close', onEnd)
    reader.off('SIGINT', onEnd)
  })
}

/** @returns the history with the answer; without the question where it failed, so that it can be asked again */
async function turn(
  messages: readonly ChatMessage[],
  settings: ChatSettings,
  reader: Interface,
  { output, signal }: CommandContext
): Promise<readonly ChatMessage[]> {
  const cancel = new AbortController()
  const onInterrupt = (): void => cancel.abort()
  const printer = createTextPrinter(output)
  let said = ''
  reader.on('SIGINT', onInterrupt)
  try {
    const answer = await streamChat(
      { ...settings, messages },
      {
        signal: AbortSignal.any([signal, cancel.signal]),
        onText: (text) => {
          said += text
          printer.print(text)
        },
        now: () => performance.now()
      }
    )
    printer.end()
    if (answer.servedBy !== null) output.line(output.colours.dim(footer(answer)))
    return [...messages, { role: 'assistant', content: answer.text }]
  } catch (error) {
    printer.end()
    if (isBaseError(error, 'CANCELLED') && !signal.aborted) {
      output.line(output.colours.dim('cancelled'))
      return said === '' ? messages.slice(0, -1) : [...messages, { role: 'assistant', content: said }]
    }
    output.line(renderError(asBaseError(error), output.colours, false))
    return messages.slice(0, -1)
  } finally {
    reader.off('SIGINT', onInterrupt)
  }
}

function footer({
  servedBy,
  tokensPerSecond
}: {
  readonly servedBy: string | null
  readonly tokensPerSecond: number | null
}): string {
  const speed = tokensPerSecond === null ? '' : `, ${tokensPerSecond.toFixed(1)} tokens/s`
  // The header names the machine, then its id.
  return `${servedBy?.split(';')[0] ?? ''}${speed}`
}
