import { defineCommand, type OptionSpecs } from '@unhosted/terminal'

export const options = {
  force: { type: 'boolean', describe: 'Rebuild, even if the cache holds a working engine' }
} as const satisfies OptionSpecs

export const build = defineCommand({
  name: 'build',
  summary: 'Build the engine from the source that npm installed',
  details: [
    'This needs git, cmake and a C++ compiler, and takes one or two minutes. The engine is cached outside the home folder, so that all home folders share it.'
  ],
  positionals: {},
  options,
  examples: [],
  load: () => import('./handler.ts')
})
