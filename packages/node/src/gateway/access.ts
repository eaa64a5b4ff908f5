import { isIP } from 'node:net'
import { BaseError } from '@unhosted/core/errors'
import type { GatewayConfig } from './types.ts'

/** Which Host and Origin headers are ours. */
export interface AccessRules {
  readonly hosts: ReadonlySet<string>
  /** Beyond loopback any address literal is fine: a rebinding attack needs a name, and keys are asked for. */
  readonly anyAddress: boolean
  readonly origins: ReadonlySet<string>
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** @param machineNames names of this machine on its network, used where the gateway listens beyond loopback */
export function accessRules(config: GatewayConfig, machineNames: readonly string[]): AccessRules {
  const beyond = !isLoopback(config.host)
  const names = [...loopbackNames, config.host, ...config.allowedHosts, ...(beyond ? machineNames : [])]
  return {
    hosts: new Set(names.map((name) => name.toLowerCase())),
    anyAddress: beyond,
    origins: new Set(config.allowedOrigins.map((origin) => origin.toLowerCase()))
  }
}

/**
 * Against DNS rebinding (a foreign name that resolves to this machine) and against web pages that
 * send requests here. A program sends no Origin; a page of this very endpoint sends its own.
 * @throws BaseError ORIGIN_REFUSED
 */
export function checkAccess(
  rules: AccessRules,
  headers: { readonly host: string | undefined; readonly origin: string | undefined }
): void {
  const name = headers.host === undefined ? null : hostName(headers.host)
  if (name === null || !isAllowedHost(rules, name)) {
    throw new BaseError('ORIGIN_REFUSED', 'The Host header does not name this machine.', {
      advice: 'Call http://127.0.0.1 or localhost, or add the name to gateway.allowedHosts in the config.'
    })
  }
  const { origin } = headers
  if (origin === undefined || isAllowedOrigin(rules, origin, headers.host)) return
  throw new BaseError('ORIGIN_REFUSED', 'Web pages of other origins may not use this endpoint.', {
    advice: 'If you trust the page, add its origin to gateway.allowedOrigins in the config.'
  })
}

/** Whether the origin is in the config, and so gets CORS headers. */
export function isConfiguredOrigin(rules: AccessRules, origin: string): boolean {
  return rules.origins.has(origin.toLowerCase())
}

function isAllowedOrigin(rules: AccessRules, origin: string, host: string | undefined): boolean {
  return isConfiguredOrigin(rules, origin) || origin.toLowerCase() === `http://${host?.toLowerCase()}`
}

function isAllowedHost(rules: AccessRules, name: string): boolean {
  if (rules.hosts.has(name)) return true
  return rules.anyAddress && isIP(name.replace(/^\[|\]$/g, '')) !== 0
}

/** `localhost` of `LOCALHOST:7777`; null where it is no host header. */
function hostName(host: string): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:[\]/@\\]+)(?::\d{1,5})?$/i.exec(host)
  return match?.[1]?.toLowerCase().replace(/\.$/, '') ?? null
}
