import { sendUsdc, usdcInWords } from '../../../index.ts'
import type { Handler } from '../../../session/context.ts'
import type { signingOptions } from '../../../session/options.ts'
import { parseAddress, parseAmount, refuseContract } from '../../../session/parse.ts'
import { checksummed } from '../../../session/render-wallet.ts'
import { openPayer } from '../../../session/session.ts'
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
