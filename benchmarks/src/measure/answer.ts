/** Asks one endpoint for a greedy answer of exactly so many tokens. */
export type Fetch = (path: string, init: RequestInit) => Promise<Response>

export interface Question {
  readonly model: string
  readonly prompt: string
  readonly tokens: number
}

export interface Timing {
  /** From sending the request to the first token, ms. */
  readonly firstTokenMs: number
  /** From the first token to the last. */
  readonly tokensPerSecond: number
  readonly tokens: number
  /** What the gateway says of the layout; null without a gateway. */
  readonly plan: string | null
}

/** @throws Error when the answer is not whole */
export async function timeAnswer(fetch: Fetch, question: Question): Promise<Timing> {
  const body = JSON.stringify({
    model: question.model,
    prompt: question.prompt,
    max_tokens: question.tokens,
    temperature: 0,
    ignore_eos: true,
    cache_prompt: false,
    stream: true
  })
  const started = performance.now()
  const headers = { 'content-type': 'application/json' }
  const response = await fetch('/v1/completions', { method: 'POST', headers, body })
  if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`)
  const seen: number[] = []
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const now = performance.now()
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data: {"error"')) throw new Error(line)
      if (line.startsWith('data: ') && !line.includes('[DONE]')) seen.push(now)
    }
  }
  // The last event carries the reason of the end, and no token.
  const [first, last] = [seen[0], seen.at(-2)]
  if (first === undefined || last === undefined) throw new Error('The answer has no tokens.')
  const tokens = seen.length - 1
  const tokensPerSecond = tokens > 1 ? ((tokens - 1) / (last - first)) * 1000 : 0
  return { firstTokenMs: first - started, tokensPerSecond, tokens, plan: response.headers.get('x-unhosted-plan') }
}
