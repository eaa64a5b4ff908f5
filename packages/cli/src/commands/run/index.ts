import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const run = defineCommand({
  name: 'run',
  summary: 'Talk to a model in the terminal',
  details: [
    'Goes through the endpoint as any client would. Ctrl-C cancels an answer; at the prompt it ends the chat.',
    'Where the endpoint demands an API key, it is taken from UNHOSTED_API_KEY.'
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
