import type { OptionSpecs } from '@unhosted/terminal'

/** How commands that open the wallet get its passphrase. */
export const passphraseOptions = {
  passphraseFile: {
    type: 'string',
    placeholder: 'FILE',
    describe: 'Read the passphrase from the first line of a file that only you can read'
  },
  keychain: { type: 'boolean', describe: 'Keep the passphrase in the keychain of the operating system' }
} as const satisfies OptionSpecs
