import { describe, expect, it } from 'vitest'
import { engineError } from './upstream-error.ts'

// Bodies as llama-server v0.5.0 sent them, but for the numbers.
const cases = [
  {
    id: 'a prompt beyond the context',
    status: 400,
    error: {
      code: 400,
      message: 'request (10010 tokens) exceeds the available context size (2048 tokens), try increasing it',
      type: 'exceed_context_size_error',
      n_prompt_tokens: 10010,
      n_ctx: 2048
    },
    code: 'CONTEXT_OVERFLOW',
    message: 'The prompt has 10010 tokens; the context holds 2048.'
  },
  {
    id: 'an embedding input beyond the batch',
    status: 500,
    error: {
      code: 500,
      message: 'input (600 tokens) is too large to process. increase the physical batch size (current batch size: 512)',
      type: 'server_error'
    },
    code: 'CONTEXT_OVERFLOW',
    message: 'input (600 tokens) is too large to process.'
  },
  {
    id: 'embeddings from an engine that was not told to',
    status: 501,
    error: {
      code: 501,
      message: 'This server does not support embeddings. Start it with `--embeddings`',
      type: 'not_supported_error'
    },
    code: 'NOT_SUPPORTED',
    message: 'This model is not served for embeddings.'
  },
  {
    id: 'rerank from an engine that was not told to',
    status: 501,
    error: {
      code: 501,
      message: 'This server does not support reranking. Start it with `--reranking`',
      type: 'not_supported_error'
    },
    code: 'NOT_SUPPORTED',
    message: 'This model is not served for reranking.'
  },
  {
    id: 'an image for a model of texts',
    status: 500,
    error: {
      code: 500,
      message: 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
      type: 'server_error'
    },
    code: 'NOT_SUPPORTED',
    message: 'image input is not supported'
  },
  {
    id: 'a field of the wrong type',
    status: 500,
    error: {
      code: 500,
      message: '[json.exception.type_error.302] type must be number, but is string',
      type: 'server_error'
    },
    code: 'REQUEST_MALFORMED',
    message: 'type must be number, but is string.'
  },
  {
    id: 'messages that are no list',
    status: 400,
    error: { code: 400, message: "Expected 'messages' to be an array", type: 'invalid_request_error' },
    code: 'REQUEST_MALFORMED',
    message: "Expected 'messages' to be an array."
  },
  {
    id: 'a model still loading',
    status: 503,
    error: { code: 503, message: 'Loading model', type: 'unavailable_error' },
    code: 'ENGINE_START_FAILED',
    message: 'Loading model.'
  },
  {
    id: 'a fault of the engine',
    status: 500,
    error: { code: 500, message: 'got exception: bad_alloc', type: 'server_error' },
    code: 'ENGINE_FAULT',
    message: 'got exception: bad_alloc.'
  }
] as const

describe('engineError', () => {
  it.each(cases)('$id is $code', ({ status, error, code, message }) => {
    const mapped = engineError(status, { error })
    expect(mapped.code).toBe(code)
    expect(mapped.message).toContain(message)
    expect(mapped.advice).not.toBe('')
    expect(engineError(status, error).code).toBe(code)
  })

  it('carries how much is too much', () => {
    expect(engineError(400, cases[0]).details).toMatchObject({ promptTokens: 10010, contextSize: 2048 })
  })

  it.each([
    { id: 'nothing', body: null },
    { id: 'a page', body: '<html>' },
    { id: 'an error without words', body: { error: { code: 500 } } },
    { id: 'words that are no text', body: { error: { message: 7, type: 'server_error' } } }
  ])('$id is a fault', ({ body }) => {
    expect(engineError(500, body).code).toBe('ENGINE_FAULT')
  })

  it('bounds what a hostile engine says', () => {
    expect(
      engineError(400, { error: { message: 'a'.repeat(100_000), type: 'b'.repeat(1000) } }).message.length
    ).toBeLessThan(1100)
  })
})
