import { defineCommand, type OptionSpecs } from '@unhosted/terminal'

export const options = {
  measure: { type: 'boolean', describe: 'Measure the link to each connected paired machine first' }
} as const satisfies OptionSpecs

export const peers = defineCommand({
  name: 'peers',
  summary: 'List paired machines and machines found on the network',
  details: ['If no machine is found, the command shows possible reasons and what to try.'],
  positionals: {},
  options,
  examples: [['unhosted peers --measure', 'with fresh measurements of the links']],
  load: () => import('./handler.ts')
})
