import { describe, expect, it } from 'vitest'
import { BaseError, coreErrorTable, type ErrorCode } from '../../errors/index.ts'
import type { Dialect } from './dialect.ts'
import { errorBody, errorEvent, toBaseError } from './error-body.ts'
import { createSseDecoder } from './sse.ts'

const make = (code: ErrorCode, details = {}): BaseError => new BaseError(code, 'What.', { advice: 'Do.', details })

describe('errorBody', () => {
  it.each([
    { code: 'MODEL_UNKNOWN', openai: 'model_not_found', type: 'not_found_error' },
    { code: 'CONTEXT_OVERFLOW', openai: 'context_length_exceeded', type: 'invalid_request_error' },
    { code: 'API_KEY_REFUSED', openai: 'invalid_api_key', type: 'authentication_error' },
    { code: 'NO_CAPACITY', openai: 'NO_CAPACITY', type: 'server_error' }
  ] as const)('$code in the format of OpenAI', ({ code, openai, type }) => {
    expect(errorBody(make(code, { param: 'model' }), 'openai')).toEqual({
      error: { message: 'What. Do.', type, code: openai, param: 'model', unhosted_code: code }
    })
  })

  it.each([
    { code: 'REQUEST_MALFORMED', type: 'invalid_request_error' },
    { code: 'MODEL_UNKNOWN', type: 'not_found_error' },
    { code: 'REQUEST_TOO_LARGE', type: 'request_too_large' },
    { code: 'NO_CAPACITY', type: 'overloaded_error' },
    { code: 'PEER_LOST', type: 'api_error' },
    { code: 'CANCELLED', type: 'invalid_request_error' }
  ] as const)('$code in the format of Anthropic', ({ code, type }) => {
    expect(errorBody(make(code), 'anthropic')).toEqual({
      type: 'error',
      error: { type, message: 'What. Do.', unhosted_code: code }
    })
  })

  it('every code has a body in every dialect', () => {
    for (const code of Object.keys(coreErrorTable) as ErrorCode[]) {
      for (const dialect of ['openai', 'responses', 'anthropic'] as const) {
        expect(JSON.stringify(errorBody(make(code), dialect))).toContain(code)
      }
    }
  })
})

describe('errorEvent', () => {
  const cases: readonly { dialect: Dialect; event: string | null; data: unknown }[] = [
    {
      dialect: 'openai',
      event: null,
      data: {
        error: {
          message: 'What. Do.',
          type: 'server_error',
          code: 'PEER_LOST',
          param: null,
          unhosted_code: 'PEER_LOST'
        }
      }
    },
    {
      dialect: 'responses',
      event: 'error',
      data: { type: 'error', code: 'PEER_LOST', message: 'What. Do.', param: null, unhosted_code: 'PEER_LOST' }
    },
    {
      dialect: 'anthropic',
      event: 'error',
      data: { type: 'error', error: { type: 'api_error', message: 'What. Do.', unhosted_code: 'PEER_LOST' } }
    }
  ]
  it.each(cases)('is one event of $dialect', ({ dialect, event, data }) => {
    const [found, ...more] = createSseDecoder().push(errorEvent(make('PEER_LOST'), dialect))
    expect(more).toEqual([])
    expect(found?.event).toBe(event)
    expect(JSON.parse(found?.data ?? '')).toEqual(data)
  })
})

describe('toBaseError', () => {
  it('says nothing of what a fault held', () => {
    const error = toBaseError(new TypeError('the prompt was: secret'))
    expect(error.code).toBe('INTERNAL')
    expect(JSON.stringify(errorBody(error, 'openai'))).not.toContain('secret')
  })
})
