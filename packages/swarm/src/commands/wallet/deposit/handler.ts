import { usdcInWords } from '../../../index.ts'
import type { Handler } from '../../../session/context.ts'
import { parseAmount } from '../../../session/parse.ts'
import { checksummed } from '../../../session/render-wallet.ts'
import { openPayer } from '../../../session/session.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import type { options, positionals } from './index.ts'

export const handle: Handler<typeof options, typeof positionals> = async (args, context) => {
  const { output, paths, signal } = context
  const amount = parseAmount(args.amount)
  const { payer } = await walletAddresses(paths)
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Deposit ${usdcInWords(amount)} of ${checksummed(payer)}`,
    `into SwarmLanes ${deployment.swarmLanes} on chain ${deployment.chainId}.`
  ])
  const { transactionHash } = await (args.approve === true
    ? lanes.deposit(amount, { signal })
    : lanes.depositWithAuthorization(amount, { signal }))
  const { free } = await lanes.account(payer, signal)
  output.result({ transaction: transactionHash, amountMicroUsdc: String(amount), freeMicroUsdc: String(free) }, () =>
    [
      `Deposited ${usdcInWords(amount)}. ${usdcInWords(free)} are free for lanes.`,
      `Transaction ${transactionHash}`
    ].join('\n')
  )
}
