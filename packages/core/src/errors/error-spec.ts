export interface ErrorSpec {
  /** HTTP status when this error ends a request. */
  readonly status: number
  /** OpenAI error `type`. */
  readonly type:
    | 'invalid_request_error'
    | 'authentication_error'
    | 'permission_error'
    | 'not_found_error'
    | 'server_error'
  /** What it means, for docs/errors.md. */
  readonly meaning: string
  /** What to do about it, for docs/errors.md. */
  readonly remedy: string
}
