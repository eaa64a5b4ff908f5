import { defineCommand } from '@unhosted/terminal'
import { options } from './options.ts'

export const build = defineCommand({
  name: 'build',
  summary: 'Build the engine from the source that npm brought',
  details: ['Takes git, cmake, a C++ compiler and a minute or two. It is kept outside the home folder, for all homes.'],
  positionals: {},
  options,
  examples: [],
  load: () => import('./handler.ts')
})
