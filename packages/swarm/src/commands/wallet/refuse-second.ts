import type { HomePaths } from '@unhosted/node/store'
import { BaseError } from '../../errors/index.ts'
import { swarmPaths } from '../../home/index.ts'
import { hasWallet } from '../../wallet/index.ts'

/** Before anybody has typed a passphrase for nothing. */
export async function refuseSecondWallet(paths: HomePaths): Promise<void> {
  if (!(await hasWallet(paths))) return
  throw new BaseError('WALLET_EXISTS', `There is a wallet already: ${swarmPaths(paths).wallet}.`, {
    advice:
      'See it with unhosted wallet address. For another one, take another --home, or move that folder away and keep it.'
  })
}
