import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { BaseError } from '@unhosted/core/errors'
import type { TerminalContext } from './terminal-context.ts'

/** Longest secret that is read; a keystore file is not typed. */
const maxSecretLength = 1024

/**
 * Ask for a line that is not shown while it is typed. It takes a terminal: what is piped is seen by others.
 * @throws BaseError USAGE without a terminal, CANCELLED on Ctrl-C
 */
export async function askSecret(
  question: string,
  { input, output, signal }: Pick<TerminalContext, 'input' | 'output' | 'signal'>,
  advice: string
): Promise<string> {
  signal.throwIfAborted()
  if (input.isTTY !== true || output.json) {
    throw new BaseError('USAGE', 'The command asks for a secret, but there is no terminal to type it in.', { advice })
  }
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  // `terminal` puts the input into raw mode, so nothing is echoed; the line editor draws nowhere.
  const reader = createInterface({ input, output: nowhere, terminal: true, historySize: 0 })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const onAbort = (): void => reject(signal.reason)
  const cancelled = (): void => reject(new BaseError('CANCELLED', 'You cancelled before typing the secret.'))
  signal.addEventListener('abort', onAbort, { once: true })
  reader.on('SIGINT', cancelled)
  reader.on('close', cancelled)
  reader.on('line', resolve)
  output.write(question)
  try {
    const secret = await promise
    if (secret.length <= maxSecretLength) return secret
    throw new BaseError('USAGE', `A secret can have at most ${maxSecretLength} characters.`, { advice })
  } finally {
    signal.removeEventListener('abort', onAbort)
    reader.close()
    input.pause()
    output.write('\n')
  }
}
