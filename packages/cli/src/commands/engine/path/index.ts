import { defineCommand } from '@unhosted/terminal'

export const path = defineCommand({
  name: 'path',
  summary: 'Print the folder of the engine, for scripts',
  positionals: {},
  options: {},
  examples: [['"$(unhosted engine path)/llama-server" --version', '']],
  load: () => import('./handler.ts')
})
