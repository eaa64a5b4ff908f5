import { defineCommand } from '@unhosted/terminal'
import { positionals } from './options.ts'

export const completion = defineCommand({
  name: 'completion',
  summary: 'Print a script that completes commands in your shell',
  positionals,
  options: {},
  examples: [
    ['unhosted completion bash >> ~/.bashrc', ''],
    ['unhosted completion zsh >> ~/.zshrc', ''],
    ['unhosted completion fish > ~/.config/fish/completions/unhosted.fish', '']
  ],
  load: () => import('./handler.ts')
})
