import { BaseError } from '@unhosted/core/errors'

/** @param command whose help says more, as it is typed */
export function usageError(what: string, command?: string): BaseError {
  const sentence = /[.!?]$/.test(what) ? what : `${what}.`
  const advice =
    command === undefined
      ? 'Run unhosted --help, or unhosted COMMAND --help.'
      : `Run unhosted ${command} --help for its usage.`
  return new BaseError('USAGE', sentence, { advice })
}
