import { BaseError, errorSpec } from '../../errors/index.ts'
import type { Dialect } from './dialect.ts'
import { encodeEvent } from './sse.ts'

/** OpenAI's own codes, which clients test for, where there is one; elsewhere `code` is ours. */
const openAiCodes: Readonly<Partial<Record<BaseError['code'], string>>> = {
  MODEL_UNKNOWN: 'model_not_found',
  CONTEXT_OVERFLOW: 'context_length_exceeded',
  API_KEY_REFUSED: 'invalid_api_key'
}

/** Anthropic names errors by what the status means. */
const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error'
}

/** Anything thrown, as a BaseError; what is not one already is our own fault and says nothing more. */
export function toBaseError(error: unknown): BaseError {
  if (error instanceof BaseError) return error
  return new BaseError('INTERNAL', 'Unexpected error in Unhosted.', {
    advice: 'Run the daemon with --verbose and report the output.',
    cause: error
  })
}

/** The JSON body of an error answer; the status is `error.status`. */
export function errorBody(error: BaseError, dialect: Dialect): Readonly<Record<string, unknown>> {
  const message = errorMessage(error)
  if (dialect === 'anthropic') {
    return { type: 'error', error: { type: anthropicType(error.status), message, unhosted_code: error.code } }
  }
  return {
    error: {
      message,
      type: errorSpec(error.code).type,
      code: openAiCodes[error.code] ?? error.code,
      param: errorParam(error),
      unhosted_code: error.code
    }
  }
}

/** The event that ends a stream which has begun and cannot be finished. */
export function errorEvent(error: BaseError, dialect: Dialect): string {
  if (dialect === 'anthropic') return encodeEvent({ event: 'error', data: JSON.stringify(errorBody(error, dialect)) })
  if (dialect === 'openai') return encodeEvent({ event: null, data: JSON.stringify(errorBody(error, dialect)) })
  const code = openAiCodes[error.code] ?? error.code
  const event = {
    type: 'error',
    code,
    message: errorMessage(error),
    param: errorParam(error),
    unhosted_code: error.code
  }
  return encodeEvent({ event: 'error', data: JSON.stringify(event) })
}

function errorMessage(error: BaseError): string {
  return error.advice === '' ? error.message : `${error.message} ${error.advice}`
}

function errorParam(error: BaseError): string | null {
  const { param } = error.details
  if (typeof param === 'string') return param
  return error.code === 'MODEL_UNKNOWN' ? 'model' : null
}

function anthropicType(status: number): string {
  return anthropicTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')
}
