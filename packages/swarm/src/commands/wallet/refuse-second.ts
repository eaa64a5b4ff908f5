import type { HomePaths } from '@unhosted/node/store'
import { BaseError } from '../../errors/index.ts'
import { swarmPaths } from '../../home/index.ts'
import { hasWallet } from '../../wallet/index.ts'

/** Comes before the question for a passphrase. */
export async function refuseSecondWallet(paths: HomePaths): Promise<void> {
  if (!(await hasWallet(paths))) return
  throw new BaseError('WALLET_EXISTS', `A wallet already exists: ${swarmPaths(paths).wallet}.`, {
    advice:
      'Show it with unhosted wallet address. For a second wallet, use another --home, or move that folder to a safe place.'
  })
}
