import { defineCommand, type OptionSpecs } from '@unhosted/terminal'

export const options = {
  prompt: { type: 'string', placeholder: 'TEXT', describe: 'What to ask', default: 'Tell me a story about a fox.' },
  keep: { type: 'boolean', describe: 'Keep the three daemons running until you press Ctrl-C' }
} as const satisfies OptionSpecs

export const demo = defineCommand({
  name: 'demo',
  summary: 'Split a model over three daemons on this machine and ask it a question',
  details: [
    'Starts three daemons with temporary home folders, pairs them by invite, splits one model over all three (it is too large for any two of them), streams an answer, and shows what each daemon did. Everything is removed at the end. The first run builds the engine.'
  ],
  positionals: {},
  options,
  examples: [['unhosted demo --prompt "Tell me a story about a baker."', '']],
  load: () => import('./handler.ts')
})
