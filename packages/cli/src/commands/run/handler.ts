import { fstatSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { type Arguments, usageError } from '@unhosted/terminal'
import { type ChatMessage, type ChatRequest, streamChat } from '../../chat/stream-chat.ts'
import { createTextPrinter } from '../../chat/text-printer.ts'
import type { CommandContext, Handler } from '../../command/context.ts'
import { type ChatSettings, chat } from './chat.ts'
import type { options, positionals } from './options.ts'

type RunArguments = Arguments<typeof options, typeof positionals>

/** Longest piped input, bytes; a model's context is far smaller. */
const maxInputBytes = 8 * 1024 * 1024

export const handle: Handler<typeof options, typeof positionals> = async (args, context) => {
  const { endpoint } = await context.client.status({ signal: context.signal })
  const settings: ChatSettings = {
    endpoint,
    apiKey: context.environment.UNHOSTED_API_KEY ?? null,
    model: args.model,
    maxTokens: args.maxTokens ?? null,
    temperature: args.temperature ?? null,
    seed: args.seed ?? null
  }
  const opening: readonly ChatMessage[] = args.system === undefined ? [] : [{ role: 'system', content: args.system }]
  const prompt = await readPrompt(args, context)
  if (prompt === null) return chat(settings, opening, context)
  await answerOnce({ ...settings, messages: [...opening, { role: 'user', content: prompt }] }, context)
}

/** The prompt given, and what is piped in, after it; null on a terminal without a prompt. */
async function readPrompt(args: RunArguments, { input, output }: CommandContext): Promise<string | null> {
  if (args.prompt !== undefined && !isPiped(input)) return args.prompt
  if (input.isTTY) {
    if (output.json) throw usageError('With --json a prompt is needed.')
    return null
  }
  const piped = (await text(limit(input))).trim()
  const parts = [args.prompt, piped].filter((part) => part !== undefined && part !== '')
  if (parts.length === 0) throw usageError('Neither a prompt nor piped input was given.')
  return parts.join('\n\n')
}

/**
 * A shell's pipe or file. A program that starts us gives a socket, which it may never close: what comes from there is
 * read only where there is no prompt.
 */
function isPiped(input: CommandContext['input']): boolean {
  if (input.isTTY) return false
  const kind = fstatSync(input.fd)
  return kind.isFIFO() || kind.isFile()
}

async function* limit(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of input) {
    size += chunk.length
    if (size > maxInputBytes) throw usageError('The piped input is larger than 8 MiB.')
    yield chunk
  }
}

async function answerOnce(request: ChatRequest, { output, signal }: CommandContext): Promise<void> {
  const printer = createTextPrinter(output)
  const answer = await streamChat(request, {
    signal,
    onText: printer.print,
    now: () => performance.now()
  }).finally(printer.end)
  // For people the answer has been printed as it came.
  if (output.json) output.result({ model: request.model, ...answer }, () => '')
}
