import type { PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  shell: { describe: 'bash, zsh or fish. Default: from $SHELL', required: false }
} as const satisfies PositionalSpecs
