import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BaseError, type ErrorCode } from '@unhosted/core/errors'
import type { Plan } from '@unhosted/core/planner'
import { bytes } from '@unhosted/core/units'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import type { ModelStore, StoredModel } from '../models/types.ts'
import { createDispatcher, type PeerHolders } from './dispatcher.ts'
import type { InstanceUse } from './instances.ts'
import type { InferenceRequest, InferenceResponse, Placement } from './types.ts'

const tiny = { id: 'a'.repeat(64), names: ['tiny'], sizeBytes: 3, problem: undefined } as unknown as StoredModel
const plan: Plan = {
  modelId: tiny.id,
  modelName: 'tiny',
  contextSize: 512,
  kind: 'solo',
  headPeerId: 'me',
  host: null,
  segments: [],
  excluded: [],
  totalBytes: bytes(1)
}

/** Stands for llama-server: answers two pieces, or breaks off after the first. */
let engine: Server
let breakOff = false
beforeAll(async () => {
  engine = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('one ')
    if (breakOff) setImmediate(() => response.destroy())
    else response.end('two')
  })
  engine.listen(0, '127.0.0.1')
  await once(engine, 'listening')
})
afterAll(() => {
  engine.close()
  engine.closeAllConnections()
})

interface World {
  readonly held?: boolean
  readonly fitsHere?: boolean
  readonly loaded?: boolean
  readonly useFails?: ErrorCode
  readonly peers?: readonly { readonly name: string; readonly loaded?: boolean; readonly fails?: ErrorCode }[]
}

const failure = (code: ErrorCode): BaseError => new BaseError(code, `fails with ${code}`, { advice: 'x' })

function setUp(world: World) {
  const asked: string[] = []
  let inUse = 0
  const ended = Promise.withResolvers<BaseError>()
  const store = {
    list: async () => (world.held === true ? [tiny] : []),
    find: async () => {
      if (world.held === true) return tiny
      throw failure('MODEL_UNKNOWN')
    }
  } as unknown as ModelStore
  const use = async (_m: unknown, _p: unknown, { onPlan }: { onPlan: (plan: Plan) => void }): Promise<InstanceUse> => {
    asked.push('here')
    if (world.useFails !== undefined) throw failure(world.useFails)
    onPlan(plan)
    inUse += 1
    let released = false
    const release = (): void => {
      if (!released) inUse -= 1
      released = true
    }
    return { listen: { port: (engine.address() as AddressInfo).port }, plan, ended: ended.promise, release }
  }
  const loaded = { has: () => world.loaded === true }
  const peers = (world.peers ?? []).map(({ name, loaded = false }): PeerHolders => {
    const models = [{ id: tiny.id, names: ['tiny'], sizeBytes: 3, loaded }]
    return { peerId: name, machine: name, radius: 'local', roundTripMs: 1, models, fitsSolo: () => false }
  })
  const askPeer = async (peerId: string): Promise<InferenceResponse> => {
    asked.push(peerId)
    const fails = world.peers?.find(({ name }) => name === peerId)?.fails
    if (fails !== undefined) throw failure(fails)
    const placement: Placement = {
      modelId: tiny.id,
      modelName: 'tiny',
      servedBy: { peerId, machine: peerId },
      plan: 'solo'
    }
    async function* body(): AsyncIterable<Uint8Array> {
      yield Buffer.from(`by ${peerId}`)
    }
    return { status: 200, headers: {}, body: body(), placement }
  }
  const dispatcher = createDispatcher({
    self: { peerId: 'me', machine: 'me' },
    store,
    instances: { use },
    loaded,
    clock: systemClock,
    peers: () => peers,
    fitsHere: async () => world.fitsHere === true,
    askPeer,
    log: silentLog
  })
  return { dispatcher, asked, inUse: () => inUse, end: ended.resolve }
}

const request = (changes: Partial<InferenceRequest> = {}): InferenceRequest => ({
  path: '/v1/chat/completions',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"model":"tiny"}'),
  model: 'tiny',
  stream: false,
  from: 'client',
  ...changes
})
const options = () => ({ signal: new AbortController().signal, onPlacement: () => {} })

async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('dispatcher', () => {
  test.each<{ id: string; world: World; asked: string[]; answer: string }>([
    {
      id: 'here when it fits',
      world: { held: true, fitsHere: true, peers: [{ name: 'a', loaded: true }] },
      asked: ['here'],
      answer: 'one two'
    },
    { id: 'a peer when it is not held here', world: { peers: [{ name: 'a' }] }, asked: ['a'], answer: 'by a' },
    {
      id: 'the next place when one is unreachable',
      world: { peers: [{ name: 'a', fails: 'PEER_UNREACHABLE' }, { name: 'b' }] },
      asked: ['a', 'b'],
      answer: 'by b'
    },
    {
      id: 'a peer when there is no room here',
      world: { held: true, useFails: 'NO_CAPACITY', peers: [{ name: 'a' }] },
      asked: ['here', 'a'],
      answer: 'by a'
    }
  ])('asks $id', async ({ world, asked, answer }) => {
    const { dispatcher, asked: places, inUse } = setUp(world)
    const response = await dispatcher.dispatch(request(), options())
    expect(await read(response.body)).toBe(answer)
    expect(places).toEqual(asked)
    expect(inUse()).toBe(0)
  })

  test.each([
    { id: 'a client what all machines hold', from: 'client' as const, told: true },
    { id: 'a peer nothing of what others hold', from: { peerId: 'a' }, told: false }
  ])('tells $id', async ({ from, told }) => {
    const { dispatcher } = setUp({ peers: [{ name: 'b' }] })
    const dispatched = dispatcher.dispatch(request({ model: 'other', from }), options())
    const advice = await dispatched.then(
      () => '',
      (error: BaseError) => error.advice
    )
    expect(advice.includes('tiny')).toBe(told)
  })

  test.each<{ id: string; world: World; from?: InferenceRequest['from']; code: ErrorCode; asked: string[] }>([
    { id: 'nobody holds the model', world: {}, code: 'MODEL_UNKNOWN', asked: [] },
    {
      id: 'a peer asks for what only another peer holds: no second hop',
      world: { peers: [{ name: 'b' }] },
      from: { peerId: 'a' },
      code: 'MODEL_UNKNOWN',
      asked: []
    },
    {
      id: 'the request is bad: no other place is tried',
      world: { peers: [{ name: 'a', fails: 'REQUEST_MALFORMED' }, { name: 'b' }] },
      code: 'REQUEST_MALFORMED',
      asked: ['a']
    },
    {
      id: 'all places fail: the first reason is told',
      world: { held: true, useFails: 'NO_CAPACITY', peers: [{ name: 'a', fails: 'PEER_UNREACHABLE' }] },
      code: 'NO_CAPACITY',
      asked: ['here', 'a']
    }
  ])('refuses when $id', async ({ world, from = 'client', code, asked }) => {
    const { dispatcher, asked: places } = setUp(world)
    await expect(dispatcher.dispatch(request({ from }), options())).rejects.toMatchObject({ code })
    expect(places).toEqual(asked)
  })

  test('an answer that breaks off says what was lost, and frees the instance', async () => {
    const { dispatcher, end, inUse } = setUp({ held: true, loaded: true })
    breakOff = true
    try {
      const response = await dispatcher.dispatch(request(), options())
      end(failure('PEER_LOST'))
      await expect(read(response.body)).rejects.toMatchObject({ code: 'PEER_LOST' })
      expect(inUse()).toBe(0)
    } finally {
      breakOff = false
    }
  })

  test('a caller who goes away before reading the body frees the instance', async () => {
    const { dispatcher, inUse } = setUp({ held: true, loaded: true })
    const caller = new AbortController()
    await dispatcher.dispatch(request(), { signal: caller.signal, onPlacement: () => {} })
    expect(inUse()).toBe(1)
    caller.abort(failure('CANCELLED'))
    expect(inUse()).toBe(0)
  })

  test('lists each model once, with every machine that holds it', async () => {
    const { dispatcher } = setUp({ held: true, peers: [{ name: 'a', loaded: true }] })
    expect(await dispatcher.models()).toEqual([
      {
        id: tiny.id,
        names: ['tiny'],
        sizeBytes: 3,
        holders: [
          { peerId: 'me', machine: 'me', loaded: false },
          { peerId: 'a', machine: 'a', loaded: true }
        ]
      }
    ])
  })
})
