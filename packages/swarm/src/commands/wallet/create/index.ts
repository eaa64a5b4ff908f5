import { defineCommand } from '@unhosted/terminal'
import { passphraseOptions } from '../../../options/index.ts'

export const create = defineCommand({
  name: 'create',
  summary: 'Make a wallet in the home folder, encrypted with a passphrase',
  details: [
    'The wallet holds three keys: the payer owns the money, the lane signer signs vouchers, the job key signs what this machine does for others. Only what stands in open lanes is at risk from the two that work.',
    'The files under wallet/ in the home folder are the wallet: copy them for a backup. Whoever loses them, or the passphrase, loses what the wallet owns.'
  ],
  positionals: {},
  options: passphraseOptions,
  examples: [
    ['unhosted wallet create', ''],
    ['unhosted wallet create --keychain', 'the operating system keeps the passphrase']
  ],
  load: () => import('./handler.ts')
})
