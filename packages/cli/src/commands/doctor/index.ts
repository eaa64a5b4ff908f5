import { defineCommand } from '@unhosted/terminal'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Look for what is wrong on this machine and say how to mend it',
  details: [
    'Looks at the home folder, config, engine, compiler, ports, discovery, clock and disk. Exit code 1 on errors.'
  ],
  positionals: {},
  options: {},
  examples: [],
  load: () => import('./handler.ts')
})
