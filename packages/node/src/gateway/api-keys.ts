import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { BaseError } from '@unhosted/core/errors'
import { fileError, hasErrno } from '../base/index.ts'

/** Says whether a request may come in. */
export interface KeyRing {
  /** @throws BaseError API_KEY_REFUSED */
  check(headers: { readonly authorization?: string | undefined; readonly 'x-api-key'?: unknown }): void
}

/** Lets everyone in: the gateway of one machine for itself. */
export const openKeyRing: KeyRing = { check: () => {} }

/**
 * What goes into the keys file for `key`.
 * @internal For its test.
 */
export function hashApiKey(key: string): string {
  return digest(key).toString('hex')
}

/**
 * Read a keys file: on each line the SHA-256 of a key in hex, then whatever helps its owner to
 * know it again; lines that begin with # are comments.
 * @throws BaseError API_KEYS_MISSING | CONFIG_INVALID | HOME_UNUSABLE
 */
export async function readKeyRing(path: string): Promise<KeyRing> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) throw missing(`The API keys file ${path} does not exist.`)
    throw fileError(path, error)
  }
  const digests = parseKeys(text, path)
  if (digests.length === 0) throw missing(`The API keys file ${path} holds no key.`)
  return { check: (headers) => checkKey(digests, headers) }
}

/** @returns the error for a gateway that would be open to the network */
export function missing(what: string): BaseError {
  return new BaseError('API_KEYS_MISSING', what, {
    advice:
      'Write the SHA-256 of each key into the file, a line each (printf %s KEY | sha256sum), and name it in gateway.apiKeysFile of the config; or listen on 127.0.0.1.'
  })
}

function parseKeys(text: string, path: string): readonly Buffer[] {
  const digests: Buffer[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const [word = ''] = line.trim().split(/\s+/)
    if (word === '' || word.startsWith('#')) continue
    if (!/^[0-9a-f]{64}$/i.test(word)) {
      // The line is not shown: it may be a key that someone wrote down in clear.
      throw new BaseError('CONFIG_INVALID', `Line ${index + 1} of ${path} is not a SHA-256 in hex.`, {
        advice: 'Store hashes, never keys: printf %s KEY | sha256sum.'
      })
    }
    digests.push(Buffer.from(word, 'hex'))
  }
  return digests
}

function checkKey(digests: readonly Buffer[], headers: Parameters<KeyRing['check']>[0]): void {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  const named = headers['x-api-key']
  const presented = [bearer, typeof named === 'string' ? named : undefined].filter((key) => key !== undefined)
  let found = false
  for (const key of presented) {
    const candidate = digest(key)
    // Every line is compared, so that time tells nothing.
    for (const known of digests) found = timingSafeEqual(candidate, known) || found
  }
  if (found) return
  throw new BaseError(
    'API_KEY_REFUSED',
    presented.length === 0 ? 'The request carries no API key.' : 'The API key is not known.'
  )
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest()
}
