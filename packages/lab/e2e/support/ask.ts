import type { Host } from '@unhosted/lab'

/** An answer of the gateway to one whole request. */
export interface Answer {
  readonly status: number
  readonly servedBy: string | null
  readonly plan: string | null
  /** Token ids, where the answer carries them. */
  readonly tokens: readonly number[]
  readonly text: string
  readonly error: { readonly code: string | null; readonly message: string; readonly type: string } | null
}

export interface Question {
  readonly model?: string
  readonly prompt: string
  readonly tokens: number
}

interface CompletionBody {
  readonly choices?: readonly {
    readonly text?: string
    readonly logprobs?: { readonly content: readonly { readonly id: number }[] } | null
  }[]
  readonly error?: Answer['error']
}

/** Greedy, to exactly so many tokens. */
function completionBody(question: Question, stream: boolean): string {
  return JSON.stringify({
    model: question.model ?? 'tiny',
    prompt: question.prompt,
    max_tokens: question.tokens,
    temperature: 0,
    ignore_eos: true,
    logprobs: 1,
    stream
  })
}

/** Longest wait for a whole answer, loading included, ms. */
const answerTimeoutMs = 60_000

function post(host: Host, body: string, signal = AbortSignal.timeout(answerTimeoutMs)): Promise<Response> {
  return host.fetch('/v1/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal
  })
}

export async function ask(host: Host, question: Question): Promise<Answer> {
  const response = await post(host, completionBody(question, false))
  const body = (await response.json()) as CompletionBody
  const choice = body.choices?.[0]
  return {
    status: response.status,
    servedBy: response.headers.get('x-unhosted-served-by'),
    plan: response.headers.get('x-unhosted-plan'),
    tokens: choice?.logprobs?.content.map((one) => one.id) ?? [],
    text: choice?.text ?? '',
    error: body.error ?? null
  }
}

export interface StreamedAnswer {
  readonly status: number
  readonly servedBy: string | null
  readonly plan: string | null
  /** Each event's data, parsed, `[DONE]` left out. Ends when the stream does. */
  events(): AsyncGenerator<CompletionBody>
}

export async function askStreaming(host: Host, question: Question, signal?: AbortSignal): Promise<StreamedAnswer> {
  const response = await post(host, completionBody(question, true), signal)
  return {
    status: response.status,
    servedBy: response.headers.get('x-unhosted-served-by'),
    plan: response.headers.get('x-unhosted-plan'),
    events: () => readEvents(response)
  }
}

async function* readEvents(response: Response): AsyncGenerator<CompletionBody> {
  if (response.body === null) return
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const data = /^data: (.*)$/.exec(line.trimEnd())?.[1]
      if (data !== undefined && data !== '[DONE]') yield JSON.parse(data)
    }
  }
}
