/** Whose error bodies and stream events an endpoint speaks. */
export type Dialect = 'openai' | 'responses' | 'anthropic'

/** One endpoint that a model answers. */
export interface InferenceRoute {
  /** Path as clients may write it. */
  readonly path: string
  /** Path as llama-server knows it; aliases share one. */
  readonly upstreamPath: string
  readonly dialect: Dialect
  /** Whether `stream: true` yields events here; elsewhere the field is ignored. */
  readonly streams: boolean
}

const route = (path: string, dialect: Dialect, streams: boolean, upstreamPath = path): InferenceRoute => ({
  path,
  upstreamPath,
  dialect,
  streams
})

/** Every endpoint that a model answers. */
export const inferenceRoutes: readonly InferenceRoute[] = [
  route('/v1/chat/completions', 'openai', true),
  route('/v1/completions', 'openai', true),
  route('/v1/embeddings', 'openai', false),
  route('/v1/responses', 'responses', true),
  route('/v1/messages', 'anthropic', true),
  route('/v1/messages/count_tokens', 'anthropic', false),
  route('/v1/rerank', 'openai', false),
  route('/rerank', 'openai', false, '/v1/rerank'),
  route('/v1/reranking', 'openai', false, '/v1/rerank'),
  route('/reranking', 'openai', false, '/v1/rerank')
]

/** For errors of requests that reach no route: by what the path begins with. */
export function dialectOf(path: string): Dialect {
  if (path === '/v1/messages' || path.startsWith('/v1/messages/')) return 'anthropic'
  return path === '/v1/responses' ? 'responses' : 'openai'
}
