import { defaultMicroBatchTokens } from '@unhosted/core/planner'

/** Some endpoints want the engine started for them; an instance serves one purpose. */
export type Purpose = 'generate' | 'embed' | 'rerank'

/** Longest input to embed or rerank, tokens, where the model's context is longer; its scratch memory grows with it. */
const longestInputTokens = 2048

export function purposeOf(path: string): Purpose {
  const { pathname } = new URL(path, 'http://engine')
  if (pathname.endsWith('/embeddings')) return 'embed'
  if (pathname.endsWith('/rerank')) return 'rerank'
  return 'generate'
}

/** Tokens computed at once. What is embedded or reranked must fit one micro-batch; a prompt need not. */
export function microBatchTokens(purpose: Purpose, contextSize: number): number {
  if (purpose === 'generate') return defaultMicroBatchTokens
  return Math.max(defaultMicroBatchTokens, Math.min(contextSize, longestInputTokens))
}
