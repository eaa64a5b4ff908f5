import type { OptionSpecs } from '@unhosted/terminal'

export const options = {
  prompt: { type: 'string', placeholder: 'TEXT', describe: 'What to ask', default: 'Tell me a story about a fox.' },
  keep: { type: 'boolean', describe: 'Keep the three machines running until Ctrl-C' }
} as const satisfies OptionSpecs
