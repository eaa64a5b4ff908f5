import { defineCommand } from '@unhosted/terminal'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Check this machine for problems and show how to fix them',
  details: [
    'Checks the home folder, config, engine, compiler, GPU, ports, discovery, clock and disk. The exit code is 1 if a check fails.'
  ],
  positionals: {},
  options: {},
  examples: [],
  load: () => import('./handler.ts')
})
