import { usdcInWords } from '../../../chain/index.ts'
import type { Handler } from '../../../options/types.ts'
import { openPayer, parseAmount } from '../../../session/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import { checksummed } from '../../../wallet-session/index.ts'
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
