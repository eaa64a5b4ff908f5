import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  model: { describe: 'Name of a model here (see unhosted models ls) or on a paired machine', required: true },
  prompt: { describe: 'What to ask. Default: start a chat. Piped input is added to it', required: false, rest: true }
} as const satisfies PositionalSpecs

export const options = {
  system: { type: 'string', placeholder: 'TEXT', describe: 'System message' },
  maxTokens: { type: 'number', placeholder: 'N', describe: 'Maximum length of the answer, in tokens' },
  temperature: {
    type: 'number',
    placeholder: 'T',
    describe: 'Sampling temperature; 0 gives the same answer each time'
  },
  seed: { type: 'number', placeholder: 'N', describe: 'Random seed, to get the same answer again' }
} as const satisfies OptionSpecs

export const run = defineCommand({
  name: 'run',
  summary: 'Ask a model a question, or chat with it',
  details: [
    'Requests go through the endpoint of the daemon, like those of any other client. Ctrl-C cancels an answer; at the prompt, it ends the chat.',
    'If the endpoint requires an API key, set UNHOSTED_API_KEY.'
  ],
  positionals,
  options,
  examples: [
    ['unhosted run tiny Once upon a time', 'one answer'],
    ['unhosted run tiny', 'a chat'],
    ['git diff | unhosted run qwen3:8b Explain this change', 'piped input is added to the prompt']
  ],
  load: () => import('./handler.ts')
})
