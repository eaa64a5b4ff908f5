import { BaseError } from '../errors/index.ts'

/** An RPC address, with its secrets held apart from what may be shown. */
export interface RpcUrl {
  /** What to fetch: no user name or password in it. */
  readonly href: string
  readonly headers: Readonly<Record<string, string>>
  /** For people, logs and errors: scheme and host only. Providers put their keys into the path and the query. */
  readonly shown: string
  /** `text` without anything of the address that may be a secret. */
  scrub(text: string): string
}

/**
 * Parse the address of a chain's JSON-RPC endpoint, `http:` or `https:`.
 * @throws BaseError CONFIG_INVALID, which never repeats the address
 */
export function parseRpcUrl(text: string): RpcUrl {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new BaseError(
      'CONFIG_INVALID',
      'The address of the chain is not a URL that starts with http:// or https://.',
      {
        advice: 'Write it like https://rpc.example.org or http://127.0.0.1:8545.'
      }
    )
  }
  const { username, password } = url
  const shown = `${url.protocol}//${url.host}`
  const secrets = secretParts(text, url)
  url.username = ''
  url.password = ''
  return {
    href: url.href,
    headers: username === '' && password === '' ? {} : { authorization: basic(username, password) },
    shown,
    scrub: (message) => secrets.reduce((clean, secret) => clean.replaceAll(secret, '[hidden]'), message)
  }
}

function basic(username: string, password: string): string {
  const pair = `${decoded(username)}:${decoded(password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** Longest first: a part may be a piece of another. A short piece of path, as /v2, is no secret. */
function secretParts(text: string, url: URL): readonly string[] {
  const path = url.pathname.split('/').filter((piece) => piece.length > 5)
  const query = [...url.searchParams.values()].filter((value) => value.length > 3)
  const whole = [text, url.href, `${url.pathname}${url.search}`, url.search, url.hash].filter((part) => part.length > 3)
  const account = [url.username, url.password].filter((part) => part !== '')
  const plain = [...path, ...account].flatMap((part) => [part, decoded(part)])
  return [...new Set([...whole, ...plain, ...query])].toSorted((a, b) => b.length - a.length)
}

/** As it is where a percent sign stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
