import { request as httpRequest } from 'node:http'
import { BaseError, cancelled } from '@unhosted/core/errors'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Clock, hasErrno } from '../base/index.ts'
import type { GatewayConfig } from './types.ts'

/** How long another program may take to say who it is, ms. */
const whoTimeoutMs = 300

/**
 * Bind the port and say where clients reach it.
 * @throws BaseError PORT_IN_USE | CONFIG_INVALID | CANCELLED
 */
export async function listen(
  app: FastifyInstance,
  { config, clock }: { readonly config: GatewayConfig; readonly clock: Clock },
  signal: AbortSignal
): Promise<string> {
  if (signal.aborted) throw stopped(signal)
  const { host, port } = config
  try {
    await app.listen({ host: host.replace(/^\[|\]$/g, ''), port })
  } catch (error) {
    throw await listenError(config, clock, error)
  }
  if (signal.aborted) throw stopped(signal)
  const address = app.server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return `http://${reachable(host)}:${bound}`
}

/** An address that a client on this machine can use. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::' || host === '[::]') return '[::1]'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

async function listenError(config: GatewayConfig, clock: Clock, cause: unknown): Promise<unknown> {
  const { host, port } = config
  if (hasErrno(cause, 'EADDRINUSE')) {
    const daemon = await daemonOn(config, clock)
    const who = daemon === null ? 'another program' : `the Unhosted daemon "${daemon}"`
    return new BaseError('PORT_IN_USE', `Port ${port} on ${host} is in use by ${who}.`, {
      advice: 'Stop it, or choose another port with: unhosted serve --port N',
      cause,
      details: { port }
    })
  }
  if (hasErrno(cause, 'EADDRNOTAVAIL') || hasErrno(cause, 'ENOTFOUND') || hasErrno(cause, 'EACCES')) {
    return new BaseError('CONFIG_INVALID', `The gateway cannot listen on ${host} port ${port}.`, {
      advice: 'Use an address of this machine and a port above 1023: unhosted serve --host ADDRESS --port N.',
      cause
    })
  }
  return cause
}

const healthSchema = z.object({ name: z.string().min(1).max(64), peer_id: z.string() })

/** Name of the daemon that has the port; null where it is something else or does not say. */
function daemonOn({ host, port }: GatewayConfig, clock: Clock): Promise<string | null> {
  return new Promise((resolve) => {
    const request = httpRequest(
      { host: host === '0.0.0.0' ? '127.0.0.1' : host, port, path: '/health', agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          text += part
          if (text.length > 4096) request.destroy()
        })
        response.on('end', () => resolve(nameIn(text)))
      }
    )
    const cancelTimer = clock.after(whoTimeoutMs, () => request.destroy())
    // A program that talks no HTTP ends here; who it is then stays unknown.
    request.on('error', () => resolve(null))
    request.on('close', () => {
      cancelTimer()
      resolve(null)
    })
    request.end()
  })
}

function nameIn(text: string): string | null {
  try {
    const health = healthSchema.safeParse(JSON.parse(text))
    return health.success ? health.data.name : null
  } catch {
    return null
  }
}

function stopped({ reason }: AbortSignal): BaseError {
  return cancelled(reason, 'The gateway was told to stop while it started.')
}
