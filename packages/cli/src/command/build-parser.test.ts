import { defineCommand } from '@unhosted/terminal'
import { describe, expect, it } from 'vitest'
import { buildParser } from './build-parser.ts'
import { suggest } from './suggest.ts'

const command = defineCommand({
  name: 'try',
  summary: 'For the tests',
  positionals: {
    who: { describe: 'who', required: true },
    what: { describe: 'what', required: false, rest: true }
  },
  options: {
    lendMemory: { type: 'string', describe: 'text' },
    ctx: { type: 'number', describe: 'number' },
    mdns: { type: 'boolean', describe: 'toggle' },
    radius: { type: 'string', choices: ['local', 'trusted'], describe: 'choice' },
    expires: { type: 'string', describe: 'text with a default', default: '10m' }
  },
  examples: [],
  load: async () => ({ handle: async () => {} })
})

async function parse(...argv: readonly string[]): Promise<Readonly<Record<string, unknown>> | undefined> {
  let args: Readonly<Record<string, unknown>> | undefined
  const parser = buildParser({
    entries: [command, { name: 'group', summary: 'group', commands: [command] }],
    version: '1.2.3',
    onChosen: (chosen) => {
      args = chosen.args
    }
  })
  await parser.parseAsync([...argv], {}, () => {})
  return args
}

describe('arguments', () => {
  const cases: { id: string; argv: readonly string[]; args: Readonly<Record<string, unknown>> }[] = [
    { id: 'only what is given', argv: ['try', 'mini'], args: { who: 'mini', expires: '10m' } },
    {
      id: 'flags by kebab name',
      argv: ['try', 'm', '--lend-memory', '8GiB'],
      args: { who: 'm', lendMemory: '8GiB', expires: '10m' }
    },
    { id: 'numbers', argv: ['try', 'm', '--ctx', '512'], args: { who: 'm', ctx: 512, expires: '10m' } },
    {
      id: 'numbers that stay text',
      argv: ['try', '42', '--lend-memory', '0'],
      args: { who: '42', lendMemory: '0', expires: '10m' }
    },
    { id: 'toggles', argv: ['try', 'm', '--no-mdns'], args: { who: 'm', mdns: false, expires: '10m' } },
    {
      id: 'the rest as one text',
      argv: ['try', 'm', 'once', 'upon', '1'],
      args: { who: 'm', what: 'once upon 1', expires: '10m' }
    },
    {
      id: 'text behind --',
      argv: ['try', 'm', '--', '--not-a-flag'],
      args: { who: 'm', what: '--not-a-flag', expires: '10m' }
    },
    {
      id: 'the last of two',
      argv: ['try', 'm', '--expires', '1m', '--expires', '2m'],
      args: { who: 'm', expires: '2m' }
    },
    { id: 'commands of groups', argv: ['group', 'try', 'm'], args: { who: 'm', expires: '10m' } }
  ]
  it.each(cases)('$id', async ({ argv, args }) => {
    expect(await parse(...argv)).toEqual(args)
  })

  const refused: { id: string; argv: readonly string[] }[] = [
    { id: 'a word for a number', argv: ['try', 'm', '--ctx', 'x'] },
    { id: 'a choice that is none', argv: ['try', 'm', '--radius', 'public'] },
    { id: 'a flag that is none', argv: ['try', 'm', '--lend'] },
    { id: 'no positional', argv: ['try'] },
    { id: 'an empty group', argv: ['group'] }
  ]
  it.each(refused)('refuses $id', async ({ argv }) => {
    await expect(parse(...argv)).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('suggest', () => {
  const words = ['serve', 'pair', 'unpair', 'peers', 'models', 'status', 'stop']
  const cases: { id: string; word: string; meant: string | undefined }[] = [
    { id: 'a swap', word: 'sevre', meant: 'serve' },
    { id: 'a missing letter', word: 'modls', meant: 'models' },
    { id: 'an extra letter', word: 'pairr', meant: 'pair' },
    { id: 'a wrong letter', word: 'peerz', meant: 'peers' },
    { id: 'singular', word: 'model', meant: 'models' },
    { id: 'nothing near', word: 'xylophone', meant: undefined },
    { id: 'nothing at all', word: '', meant: undefined }
  ]
  it.each(cases)('$id', ({ word, meant }) => {
    expect(suggest(word, words)).toBe(meant)
  })
})
