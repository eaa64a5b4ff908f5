import type { PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  keystore: {
    describe: 'Keystore file (version 3) of another wallet; without it, a private key or recovery phrase is asked for',
    required: false
  }
} as const satisfies PositionalSpecs
