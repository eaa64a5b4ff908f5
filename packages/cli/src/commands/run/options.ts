import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  model: { describe: 'Name, as in unhosted models ls, or of a paired machine', required: true },
  prompt: { describe: 'What to ask; without it a chat begins. Piped input is added to it', required: false, rest: true }
} as const satisfies PositionalSpecs

export const options = {
  system: { type: 'string', placeholder: 'TEXT', describe: 'System message' },
  maxTokens: { type: 'number', placeholder: 'N', describe: 'Longest answer, in tokens' },
  temperature: { type: 'number', placeholder: 'T', describe: '0 for always the same answer' },
  seed: { type: 'number', placeholder: 'N', describe: 'Makes a random answer repeatable' }
} as const satisfies OptionSpecs
