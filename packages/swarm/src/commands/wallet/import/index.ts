import { defineCommand } from '@unhosted/terminal'
import { passphraseOptions } from '../../../options/index.ts'
import { positionals } from './options.ts'

export const importWallet = defineCommand({
  name: 'import',
  summary: 'Make the wallet from a key that you have',
  details: [
    'The key becomes the payer; the lane signer and the job key are made new. A private key or a recovery phrase (its first account) is typed, never given on the command line, where other programs could read it.'
  ],
  positionals,
  options: passphraseOptions,
  examples: [
    ['unhosted wallet import', 'asks for a private key or a recovery phrase'],
    ['unhosted wallet import ~/keystore.json', 'asks for the passphrase of that file, and for a new one']
  ],
  load: () => import('./handler.ts')
})
