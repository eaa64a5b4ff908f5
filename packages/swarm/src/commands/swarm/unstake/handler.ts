import { usageError } from '@unhosted/terminal'
import { type OpenedSwarm, readChainTime } from '../../../access/index.ts'
import { usdcInWords } from '../../../chain/index.ts'
import type { Address } from '../../../deal/index.ts'
import type { signingOptions } from '../../../options/index.ts'
import type { Handler } from '../../../options/types.ts'
import { openChain, openPayer, parseAmount, renderStake, spanInWords, stakeDocument } from '../../../session/index.ts'
import { readStake } from '../../../stakes/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import { checksummed } from '../../../wallet-session/index.ts'
import type { positionals } from './index.ts'

export const handle: Handler<typeof signingOptions, typeof positionals> = async (args, context) => {
  const { output, paths, signal } = context
  const amount = args.amount === undefined ? null : parseAmount(args.amount)
  const { payer } = await walletAddresses(paths)
  if (amount === null) await refuseEarly(await openChain(args, context), payer, signal)
  const { connection, stakes } = await openPayer(args, context, async ({ deployment }) => [
    amount === null
      ? `Withdraw the available stake to ${checksummed(payer)} on chain ${deployment.chainId}.`
      : `Request ${usdcInWords(amount)} of the stake back on chain ${deployment.chainId}. You can withdraw it after 7 days.`
  ])
  if (amount === null) await stakes.finishUnstake(payer, { signal })
  else await stakes.startUnstake(amount, { signal })
  const state = await stakes.stakeOf(payer, signal)
  const nowSeconds = await readChainTime(connection, signal)
  output.result(stakeDocument(payer, state), () => renderStake(state, nowSeconds))
}

/** Before a passphrase is asked for in vain. A chain without traffic lags behind the clock of this computer. */
async function refuseEarly(swarm: OpenedSwarm, provider: Address, signal: AbortSignal): Promise<void> {
  const { leaving, openDisputes } = await readStake(swarm, provider, signal)
  if (leaving === null) throw usageError('No stake was requested back. Request it with: unhosted swarm unstake AMOUNT')
  if (openDisputes > 0) throw usageError('A dispute is open. The stake can be withdrawn after it ends.')
  const now = Math.max(await readChainTime(swarm.connection, signal), Math.floor(Date.now() / 1000))
  if (leaving.from > now) throw usageError(`The stake can be withdrawn in ${spanInWords(leaving.from - now)}.`)
}
