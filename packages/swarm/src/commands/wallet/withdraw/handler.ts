import { usdcInWords } from '../../../chain/index.ts'
import type { Handler } from '../../../options/types.ts'
import { openPayer, parseAddress, parseAmount, refuseContract } from '../../../session/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import { checksummed } from '../../../wallet-session/index.ts'
import type { options, positionals } from './index.ts'

const sources = { deposit: 'the free deposit', earnings: 'the earnings', credit: 'the credit' } as const

export const handle: Handler<typeof options, typeof positionals> = async (args, context) => {
  const { output, paths, signal } = context
  const amount = parseAmount(args.amount)
  const { payer } = await walletAddresses(paths)
  const to = args.to === undefined ? payer : parseAddress(args.to)
  const { lanes, stakes } = await openPayer(args, context, async ({ deployment }) => {
    refuseContract(to, deployment)
    return [
      `Withdraw ${usdcInWords(amount)} from ${sources[args.from]} to ${checksummed(to)}${to === payer ? ' (this wallet)' : ''}`,
      `on chain ${deployment.chainId}.`
    ]
  })
  const take = { deposit: lanes.withdrawDeposit, earnings: lanes.withdrawEarnings, credit: stakes.withdrawCredit }
  const { transactionHash } = await take[args.from](to, amount, { signal })
  output.result({ transaction: transactionHash, to, amountMicroUsdc: String(amount) }, () =>
    [`Withdrew ${usdcInWords(amount)} to ${checksummed(to)}.`, `Transaction ${transactionHash}`].join('\n')
  )
}
