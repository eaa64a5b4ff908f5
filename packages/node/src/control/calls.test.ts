import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlCallName, controlCalls, type DaemonEvent } from '@unhosted/core/control'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Part, systemClock } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { type HomePaths, homePaths } from '../store/index.ts'
import {
  type CallOptions,
  type ControlClient,
  type ControlService,
  createControlClient,
  createControlServer
} from './index.ts'
import { events, samples } from './testing/samples.ts'

const names = Object.keys(controlCalls) as ControlCallName[]
const { signal } = new AbortController()
/** Answers of the daemon by call; what it was asked last. */
const answers = new Map<string, unknown>()
const asked = new Map<string, unknown>()
let announced: readonly unknown[] = []
let home: string
let paths: HomePaths
let server: Part
let client: ControlClient

/** A daemon that answers what the test wants, sound or not. */
function scriptedService(): ControlService {
  const calls = names.map((name) => [
    name,
    async (...args: readonly unknown[]) => {
      asked.set(name, args.length === 2 ? args[0] : null)
      return answers.get(name)
    }
  ])
  const subscribe = (listener: (event: DaemonEvent) => void): (() => void) => {
    setImmediate(() => {
      for (const event of announced) listener(event as DaemonEvent)
    })
    return () => {}
  }
  return { ...Object.fromEntries(calls), subscribe } as ControlService
}

const call = (name: ControlCallName, request: unknown): Promise<unknown> =>
  request === null
    ? (client[name] as (options: CallOptions) => Promise<unknown>)({ signal })
    : (client[name] as (request: unknown, options: CallOptions) => Promise<unknown>)(request, { signal })

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'unhosted-calls-'))
  paths = homePaths(home)
  server = createControlServer({ paths, service: scriptedService(), clock: systemClock, log: silentLog })
  await server.start(signal)
  client = createControlClient(paths)
})
afterAll(async () => {
  await server.stop()
  await rm(home, { recursive: true, force: true })
})

describe.each(names)('%s', (name) => {
  const [request, answer] = samples[name]

  it('carries its request and its answer', async () => {
    answers.set(name, answer)
    expect(await call(name, request)).toEqual(answer)
    expect(asked.get(name)).toEqual(request)
  })

  it('drops fields of the answer that this version does not know', async () => {
    answers.set(name, Array.isArray(answer) ? answer.map((each) => ({ ...each, new: 1 })) : { ...answer, new: 1 })
    expect(await call(name, request)).toEqual(answer)
  })

  it.each([
    ['null', null],
    ['text', 'yes'],
    ['a list of nulls', [null]],
    ['an object without its fields', {}]
  ])('refuses an answer that is %s', async (_, malformed) => {
    answers.set(name, malformed)
    const { method, path } = controlCalls[name]
    await expect(call(name, request)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining(`${method} ${path}`),
      advice: expect.stringContaining('same version')
    })
  })
})

const withRequest = names.filter((name) => samples[name][0] !== null)

describe.each(withRequest)('%s', (name) => {
  it('refuses a malformed request before the daemon sees it', async () => {
    asked.delete(name)
    for (const malformed of [{}, [], { ...samples[name][0], unknown: true }]) {
      await expect(call(name, malformed)).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' })
    }
    expect(asked.has(name)).toBe(false)
  })
})

it('no two calls have one route', () => {
  const routes = names.map((name) => `${controlCalls[name].method} ${controlCalls[name].path}`)
  expect(new Set(routes).size).toBe(routes.length)
})

describe('events', () => {
  it('carries every kind, without unknown fields', async () => {
    announced = events.map((event) => ({ ...event, new: 1 }))
    const seen: DaemonEvent[] = []
    for await (const event of await client.events({ signal })) seen.push(event)
    expect(seen).toEqual(events)
  })

  it.each([
    ['of an unknown kind', { event: 'party' }],
    ['without its fields', { event: 'peer' }],
    ['that is no object', 7]
  ])('refuses one %s', async (_, malformed) => {
    announced = [malformed]
    const reading = (async () => {
      for await (const _event of await client.events({ signal })) throw new Error('it was accepted')
    })()
    await expect(reading).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('GET /events') })
  })
})
