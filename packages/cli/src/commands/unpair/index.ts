import { defineCommand, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  peer: { describe: 'Name or id of the machine; the last characters of the id are enough', required: true }
} as const satisfies PositionalSpecs

export const unpair = defineCommand({
  name: 'unpair',
  summary: 'Remove the pairing with a machine, on both sides',
  details: ['Connections and memory leases between the two machines end at once.'],
  positionals,
  options: {},
  examples: [['unhosted unpair mini', '']],
  load: () => import('./handler.ts')
})
