import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { BaseError } from '../errors/index.ts'
import { chooseContextSize } from './context-size.ts'
import { type ConfigLayers, parseConfig } from './parse-config.ts'
import type { Config } from './schema.ts'
import { configJsonSchema, settings } from './settings.ts'

const parse = (layers: Partial<ConfigLayers>): Config =>
  parseConfig({ flags: {}, environment: {}, file: null, ...layers })
const file = (content: unknown) => ({ file: { path: '/home/config.json', content } })

function refusal(layers: Partial<ConfigLayers>): BaseError {
  try {
    parse(layers)
  } catch (error) {
    if (error instanceof BaseError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('parseConfig', () => {
  it('gives defaults that keep the gateway on loopback', () => {
    const config = parse({})
    expect(config.gateway).toMatchObject({ host: '127.0.0.1', port: 7777, apiKeysFile: null, allowedOrigins: [] })
    expect(config.p2p).toMatchObject({ port: 7778, mdns: true, addresses: [] })
    expect(config.memory).toEqual({ fraction: 0.9 })
    expect(config.lendMemory).toEqual({ fraction: 0.5 })
    expect(config.models).toEqual({ contextSize: null, idleUnloadMs: 900_000, parallel: 4, preload: [] })
  })

  it('prefers flags, then the environment, then the file', () => {
    const content = { gateway: { port: 1, host: '::1' }, name: 'from-file', log: { level: 'debug' } }
    const environment = { UNHOSTED_PORT: '2', UNHOSTED_NAME: 'from-environment' }
    const config = parse({ ...file(content), environment, flags: { port: 3 } })
    expect(config.gateway).toMatchObject({ port: 3, host: '::1' })
    expect(config.name).toBe('from-environment')
    expect(config.log.level).toBe('debug')
  })

  it('takes undefined flags, empty variables and foreign ones for absent', () => {
    const environment = { UNHOSTED_PORT: '', UNHOSTED_HOME: '/somewhere', PATH: '/bin' }
    expect(parse({ environment, flags: { port: undefined, verbose: true } })).toEqual(parse({}))
  })

  it('reads text as numbers, toggles, lists, amounts and spans, as variables have it', () => {
    const environment = {
      UNHOSTED_P2P_PORT: '0',
      UNHOSTED_MDNS: 'false',
      UNHOSTED_OFFLINE: '1',
      UNHOSTED_MODEL: 'tiny, qwen3:8b,',
      UNHOSTED_MEMORY: '12GiB',
      UNHOSTED_LEND_MEMORY: '0',
      UNHOSTED_IDLE_UNLOAD: '10m'
    }
    const config = parse({ environment })
    expect(config.p2p).toMatchObject({ port: 0, mdns: false })
    expect(config.offline).toBe(true)
    expect(config.models).toMatchObject({ preload: ['tiny', 'qwen3:8b'], idleUnloadMs: 600_000 })
    expect(config.memory).toEqual({ bytes: 12 * 1024 ** 3 })
    expect(config.lendMemory).toEqual({ bytes: 0 })
  })

  it('is frozen, all the way down', () => {
    const config = parse({})
    expect(() => Object.assign(config.gateway, { host: '0.0.0.0' })).toThrow(TypeError)
    expect(() => Object.assign(config.gateway.allowedOrigins, ['*'])).toThrow(TypeError)
  })

  it('leaves what it was given as it was', () => {
    const content = Object.freeze({ gateway: Object.freeze({ port: 1 }) })
    expect(parse({ ...file(content), flags: { port: 2 } }).gateway.port).toBe(2)
    expect(content.gateway.port).toBe(1)
  })
})

const refusals: readonly { id: string; layers: Partial<ConfigLayers>; message: RegExp }[] = [
  {
    id: 'a flag out of bounds',
    layers: { flags: { memory: '120%' } },
    message: /^memory from --memory is not valid: "120%" is more than 100%/
  },
  {
    id: 'a flag of two words',
    layers: { flags: { lendMemory: 'lots' } },
    message: /^lendMemory from --lend-memory is not valid: "lots" is not an amount of memory/
  },
  {
    id: 'a variable that is no number',
    layers: { environment: { UNHOSTED_PORT: 'http' } },
    message: /^gateway\.port from UNHOSTED_PORT is not valid: Expected a whole number\.$/
  },
  {
    id: 'a variable that is no toggle',
    layers: { environment: { UNHOSTED_MDNS: 'perhaps' } },
    message: /^p2p\.mdns from UNHOSTED_MDNS/
  },
  {
    id: 'an item of a list',
    layers: { flags: { model: ['tiny', ''] } },
    message: /^models\.preload from --model/
  },
  {
    id: 'a port in the file',
    layers: file({ p2p: { port: 65_536 } }),
    message: /^p2p\.port from \/home\/config\.json is not valid: Too big/
  },
  {
    id: 'an unknown key in the file',
    layers: file({ gatewey: {} }),
    message: /^\/home\/config\.json has unknown settings: "gatewey"\.$/
  },
  {
    id: 'an unknown nested key in the file',
    layers: file({ p2p: { prot: 1, mnds: true } }),
    message: /has unknown settings: "p2p\.prot", "p2p\.mnds"\.$/
  },
  {
    id: 'a prototype in the file',
    layers: file(JSON.parse('{"__proto__":{"offline":true}}')),
    message: /has unknown settings: "__proto__"/
  },
  { id: 'a file that is a list', layers: file([]), message: /^\/home\/config\.json does not contain a JSON object\.$/ },
  {
    id: 'a section that is no object, with a flag for a setting in it',
    layers: { ...file({ gateway: 7 }), flags: { port: 1 } },
    message: /^gateway from \/home\/config\.json/
  },
  {
    id: 'a name that would move the cursor',
    layers: { flags: { name: 'a\u001b[2J' } },
    message: /^name from --name/
  },
  {
    id: 'a time too long for a timer',
    layers: { flags: { idleUnload: '30d' } },
    message: /^models\.idleUnloadMs from --idle-unload/
  },
  { id: 'a flag without a value', layers: { flags: { name: '' } }, message: /^name from --name/ },
  { id: 'a context too small to use', layers: { flags: { ctx: 4 } }, message: /^models\.contextSize from --ctx/ }
]

describe('parseConfig refuses', () => {
  it.each(refusals)('$id', ({ layers, message }) => {
    const error = refusal(layers)
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toMatch(message)
    expect(error.advice).toMatch(/^(Correct it in|Remove or correct them|Write settings like)/)
  })
})

/** A group of settings; a limit of memory is an object too, but a value. */
function isSection(value: unknown): value is object {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && !('fraction' in value) && !('bytes' in value)
}

it('takes $schema in the file, which is there for editors', () => {
  expect(parse(file({ $schema: './config.schema.json', offline: true })).offline).toBe(true)
})

describe('settings', () => {
  it('have the default that the config has', () => {
    const content: Record<string, Record<string, unknown>> = {}
    for (const { path, default: value } of settings) {
      const [section, key] = path
      if (section === undefined) continue
      if (key === undefined) Object.assign(content, { [section]: value })
      else content[section] = { ...content[section], [key]: value }
    }
    expect(parse(file(content))).toEqual(parse({}))
  })

  it('are described for people: a phrase, and what a default of nothing means', () => {
    for (const { describe, byDefault, default: value } of settings) {
      expect(describe).toMatch(/^[A-Z].*[^.]$/)
      if (value === null || (Array.isArray(value) && value.length === 0)) expect(byDefault).toMatch(/\S/)
    }
  })

  it('are all in the schema of config.json, with their text and default', () => {
    const schema = z
      .looseObject({ additionalProperties: z.literal(false), properties: z.record(z.string(), z.unknown()) })
      .parse(configJsonSchema())
    const sections = Object.values(schema.properties).map((each) => JSON.stringify(each))
    for (const { describe } of settings) expect(sections.some((text) => text.includes(describe))).toBe(true)
    expect(schema.properties.memory).toMatchObject({ default: '90%' })
    expect(schema.properties.$schema).toMatchObject({ type: 'string' })
  })

  it('are all that the config holds, and no other', () => {
    const leaves = (tree: object, path: readonly string[]): readonly string[] =>
      Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
        isSection(value) ? leaves(value, [...path, key]) : [[...path, key].join('.')]
      )
    expect(settings.map(({ path }) => path.join('.')).toSorted()).toEqual(leaves(parse({}), []).toSorted())
  })

  it('have each name once', () => {
    const names = settings.flatMap(({ flag, environment }) => [flag, environment]).filter((name) => name !== null)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('chooseContextSize', () => {
  it.each([
    { id: 'the default', asked: null, trained: 131_072, chosen: 8192 },
    { id: 'all of a small model', asked: null, trained: 2048, chosen: 2048 },
    { id: 'what was asked for', asked: 32_768, trained: 131_072, chosen: 32_768 },
    { id: 'no more than it was trained on', asked: 4096, trained: 2048, chosen: 2048 }
  ])('takes $id', ({ asked, trained, chosen }) => {
    expect(chooseContextSize(asked, trained)).toBe(chosen)
  })
})
