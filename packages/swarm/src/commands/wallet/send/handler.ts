import { sendUsdc } from '../../../access/index.ts'
import { usdcInWords } from '../../../chain/index.ts'
import type { signingOptions } from '../../../options/index.ts'
import type { Handler } from '../../../options/types.ts'
import { openPayer, parseAddress, parseAmount, refuseContract } from '../../../session/index.ts'
import { checksummed } from '../../../wallet-session/index.ts'
import type { positionals } from './index.ts'

export const handle: Handler<typeof signingOptions, typeof positionals> = async (args, context) => {
  const { output, signal } = context
  const amount = parseAmount(args.amount)
  const to = parseAddress(args.to)
  const session = await openPayer(args, context, async ({ deployment }) => {
    refuseContract(to, deployment)
    return [`Send ${usdcInWords(amount)} to ${checksummed(to)} on chain ${deployment.chainId}.`]
  })
  const { transactionHash } = await sendUsdc(session, to, amount, signal)
  output.result({ transaction: transactionHash, to, amountMicroUsdc: String(amount) }, () =>
    [`Sent ${usdcInWords(amount)} to ${checksummed(to)}.`, `Transaction ${transactionHash}`].join('\n')
  )
}
