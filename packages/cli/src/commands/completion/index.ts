import { defineCommand, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  shell: { describe: 'bash, zsh or fish. Default: from $SHELL', required: false }
} as const satisfies PositionalSpecs

export const completion = defineCommand({
  name: 'completion',
  summary: 'Print a shell completion script',
  positionals,
  options: {},
  examples: [
    ['unhosted completion bash >> ~/.bashrc', ''],
    ['unhosted completion zsh >> ~/.zshrc', ''],
    ['unhosted completion fish > ~/.config/fish/completions/unhosted.fish', '']
  ],
  load: () => import('./handler.ts')
})
