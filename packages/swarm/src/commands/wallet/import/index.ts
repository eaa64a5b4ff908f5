import { defineCommand, type PositionalSpecs } from '@unhosted/terminal'
import { passphraseOptions } from '../../../options/index.ts'

export const positionals = {
  keystore: {
    describe: 'Keystore file (version 3) of another wallet. Default: ask for a private key or a recovery phrase',
    required: false
  }
} as const satisfies PositionalSpecs

export const importWallet = defineCommand({
  name: 'import',
  summary: 'Create the wallet from a key that you already have',
  details: [
    'The key becomes the payer; the lane signer and the job key are new. A recovery phrase gives its first account. Type the key or the phrase when the command asks for it: on the command line, other programs could read it.'
  ],
  positionals,
  options: passphraseOptions,
  examples: [
    ['unhosted wallet import', 'asks for a private key or a recovery phrase'],
    ['unhosted wallet import ~/keystore.json', 'asks for the passphrase of the file, then for a new one']
  ],
  load: () => import('./handler.ts')
})
