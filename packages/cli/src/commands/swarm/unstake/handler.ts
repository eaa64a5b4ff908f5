import { readChainTime, usdcInWords } from '@unhosted/node/swarm'
import { walletAddresses } from '@unhosted/node/wallet'
import type { Handler } from '../../../command/spec.ts'
import { parseAmount } from '../../../swarm/parse.ts'
import { renderStake, stakeDocument } from '../../../swarm/render-stake.ts'
import { openPayer } from '../../../swarm/session.ts'
import { checksummed } from '../../../wallet/render.ts'
import type { options } from '../stake/options.ts'
import type { positionals } from './options.ts'

export const handle: Handler<typeof options, typeof positionals> = async (args, context) => {
  const { output, paths, signal } = context
  const amount = args.amount === undefined ? null : parseAmount(args.amount)
  const { payer } = await walletAddresses(paths)
  const { connection, stakes } = await openPayer(args, context, async ({ deployment }) => [
    amount === null
      ? `Take back the stake that may leave by now, to ${checksummed(payer)} on chain ${deployment.chainId}.`
      : `Ask ${usdcInWords(amount)} of the stake back on chain ${deployment.chainId}; it leaves 7 days later.`
  ])
  if (amount === null) await stakes.finishUnstake(payer, { signal })
  else await stakes.startUnstake(amount, { signal })
  const state = await stakes.stakeOf(payer, signal)
  const nowSeconds = await readChainTime(connection, signal)
  output.result(stakeDocument(payer, state), () => renderStake(state, nowSeconds))
}
