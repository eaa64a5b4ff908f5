import { prepareHome } from '@unhosted/node/store'
import { swarmPaths } from '../../../home/index.ts'
import type { passphraseOptions } from '../../../options/index.ts'
import type { Handler } from '../../../options/types.ts'
import { createWallet } from '../../../wallet/index.ts'
import { newPassphrase, rememberPassphrase, renderAddresses } from '../../../wallet-session/index.ts'
import { refuseSecondWallet } from '../refuse-second.ts'

export const handle: Handler<typeof passphraseOptions, Record<never, never>> = async (args, context) => {
  const { paths, output } = context
  await refuseSecondWallet(paths)
  const passphrase = await newPassphrase(args, context)
  await prepareHome(paths)
  const addresses = await createWallet(paths, passphrase)
  if (args.keychain === true) await rememberPassphrase(passphrase, context)
  output.result({ addresses, folder: swarmPaths(paths).wallet }, () =>
    [
      renderAddresses(addresses, output.colours),
      '',
      `The keys are in ${swarmPaths(paths).wallet}, encrypted.`,
      'Back up that folder. Without it and its passphrase, you lose what the wallet owns.'
    ].join('\n')
  )
}
