import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { BaseError } from '@unhosted/core/errors'
import { dialectOf, errorBody, findModelEntry, inferenceRoutes, modelList, toBaseError } from '@unhosted/core/openai'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { accessRules, checkAccess, isConfiguredOrigin, isLoopback } from './access.ts'
import { type KeyRing, missing, openKeyRing, readKeyRing } from './api-keys.ts'
import { answerClientError } from './client-error.ts'
import { createInference, type Inference } from './inference.ts'
import { listen } from './listen.ts'
import { defaultGatewayLimits, type Gateway, type GatewayLimits, type GatewayOptions } from './types.ts'

/** The one endpoint that clients talk to: OpenAI's and Anthropic's HTTP in front of a dispatcher. */
export function createGateway(options: GatewayOptions): Gateway {
  const limits = { ...defaultGatewayLimits, ...options.limits }
  const inference = createInference(options, limits)
  const gate: Gate = { keys: openKeyRing }
  const app = createApp(limits)
  guard(app, options, gate)
  addRoutes(app, options, inference)
  reportErrors(app, options)
  let endpoint = ''
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= inference.stop().then(() => app.close())
    return stopping
  }
  return {
    name: 'gateway',
    app,
    stop,
    get endpoint() {
      return endpoint
    },
    async start(signal) {
      try {
        gate.keys = await openGate(options)
        endpoint = await listen(app, options, signal)
      } catch (error) {
        await stop()
        throw error
      }
    }
  }
}

/** Filled in at start, when the keys have been read. */
interface Gate {
  keys: KeyRing
}

async function openGate({ config }: GatewayOptions): Promise<KeyRing> {
  if (config.apiKeysFile !== null) return await readKeyRing(config.apiKeysFile)
  if (isLoopback(config.host)) return openKeyRing
  throw missing(`Listening on ${config.host} would open the gateway to the network without API keys.`)
}

function createApp(limits: GatewayLimits): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    forceCloseConnections: true,
    return503OnClosing: false,
    genReqId: () => `req_${randomBytes(12).toString('hex')}`,
    clientErrorHandler: answerClientError,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs),
      maxHeaderSize: 16 * 1024
    }
  })
  app.server.maxConnections = limits.maxConnections
  // Bodies stay bytes: they are read once for two fields and passed on unchanged.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}

function guard(app: FastifyInstance, { config }: GatewayOptions, gate: Gate): void {
  const rules = accessRules(config, [hostname(), `${hostname().replace(/\.local$/, '')}.local`])
  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers
    reply.raw.setHeader('x-request-id', request.id)
    checkAccess(rules, { host, origin })
    if (origin !== undefined && isConfiguredOrigin(rules, origin)) allowOrigin(reply, origin)
    if (request.method !== 'OPTIONS' && request.url !== '/health') gate.keys.check(request.headers)
  })
}

function allowOrigin(reply: FastifyReply, origin: string): void {
  reply.raw.setHeader('access-control-allow-origin', origin)
  reply.raw.setHeader('access-control-expose-headers', 'x-request-id, x-unhosted-served-by, x-unhosted-plan')
  reply.raw.setHeader('vary', 'Origin')
}

function addRoutes(app: FastifyInstance, options: GatewayOptions, inference: Inference): void {
  const { dispatcher, self } = options
  for (const route of inferenceRoutes) app.post(route.path, (request, reply) => inference.answer(route, request, reply))
  app.get('/health', async () => ({ status: 'ok', name: self.name, peer_id: self.peerId }))
  app.get('/v1/models', async () => modelList(await dispatcher.models()))
  app.get<{ Params: { '*': string } }>('/v1/models/*', async (request) => {
    const reference = request.params['*']
    const entry = findModelEntry(await dispatcher.models(), reference)
    if (entry !== undefined) return entry
    throw new BaseError('MODEL_UNKNOWN', 'No machine that can serve you has a model with this name.', {
      advice: 'GET /v1/models lists the available models.',
      details: { param: 'model' }
    })
  })
  app.options('/*', async (request, reply) => {
    reply.raw.setHeader('allow', 'GET, HEAD, POST, OPTIONS')
    if (request.headers.origin !== undefined && reply.raw.hasHeader('access-control-allow-origin')) {
      reply.raw.setHeader('access-control-allow-methods', 'GET, POST')
      reply.raw.setHeader('access-control-allow-headers', 'authorization, content-type, x-api-key, anthropic-version')
      reply.raw.setHeader('access-control-max-age', '600')
    }
    return reply.code(204).send()
  })
}

function reportErrors(app: FastifyInstance, { log }: GatewayOptions): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = fromFastify(thrown)
    if (error.code === 'INTERNAL') log.error({ request: request.id, err: thrown }, 'a request met a fault')
    return reply.code(error.status).send(errorBody(error, dialectOf(pathOf(request))))
  })
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request)
    const known = inferenceRoutes.some((route) => route.path === path)
    const error = new BaseError('ROUTE_UNKNOWN', `There is no ${request.method} ${path.slice(0, 200)} here.`, {
      advice: known
        ? 'This endpoint takes POST.'
        : `Endpoints: GET /v1/models, GET /health, POST ${inferenceRoutes.map((route) => route.path).join(', ')}.`
    })
    return reply.code(error.status).send(errorBody(error, dialectOf(path)))
  })
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url
}

/** Errors of fastify's own, by its documented codes. */
function fromFastify(thrown: unknown): BaseError {
  const { code, statusCode } = thrown as { readonly code?: unknown; readonly statusCode?: unknown }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new BaseError('REQUEST_TOO_LARGE', 'The request body is larger than the gateway accepts.', {
      advice: 'Send smaller or fewer images, or less text.',
      cause: thrown
    })
  }
  if (!(thrown instanceof BaseError) && typeof statusCode === 'number' && statusCode < 500) {
    return new BaseError('REQUEST_MALFORMED', 'The request is not valid HTTP for this endpoint.', {
      advice: 'Send one JSON object with its right Content-Length.',
      cause: thrown
    })
  }
  return toBaseError(thrown)
}
