import { defineCommand } from '@unhosted/terminal'
import { passphraseOptions } from '../../../options/index.ts'

export const create = defineCommand({
  name: 'create',
  summary: 'Create a wallet in the home folder, encrypted with a passphrase',
  details: [
    'The wallet has three keys. The payer owns the money. The lane signer signs vouchers: if it is stolen, only the money in open lanes is at risk. The job key signs the work that this machine does for others: if it is stolen, the stake is at risk.',
    'The wallet is the folder wallet/ in the home folder. Back it up: if you lose it or the passphrase, you lose what the wallet owns.'
  ],
  positionals: {},
  options: passphraseOptions,
  examples: [
    ['unhosted wallet create', ''],
    ['unhosted wallet create --keychain', 'keep the passphrase in the keychain']
  ],
  load: () => import('./handler.ts')
})
