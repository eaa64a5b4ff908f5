import { pino } from 'pino'

/** Structured log; `component` is `p2p:pairing` style. Never log keys, tokens, prompts or completions. */
export interface Log {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
  /** The same log under a component name. */
  component(name: string): Log
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Field names whose values never reach a log, whatever object they sit in (up to two levels deep). */
const secretFields = [
  'token',
  'invite',
  'authorization',
  'apiKey',
  'privateKey',
  'prompt',
  'messages',
  'content',
  'body'
]

export function createLog(destination: { write(line: string): void }, level: LogLevel): Log {
  const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`])
  return wrap(pino({ level, base: null, redact: { paths, censor: '[hidden]' } }, destination))
}

/** For tests and one-shot commands. */
export const silentLog: Log = createLog({ write: () => {} }, 'silent')

function wrap(logger: pino.Logger): Log {
  return {
    debug: (facts, message) => logger.debug(facts, message),
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
    component: (name) => wrap(logger.child({ component: name }))
  }
}
