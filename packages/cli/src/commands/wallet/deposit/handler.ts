import { usdcInWords } from '@unhosted/node/swarm'
import { walletAddresses } from '@unhosted/node/wallet'
import type { Handler } from '../../../command/spec.ts'
import { parseAmount } from '../../../swarm/parse.ts'
import { openPayer } from '../../../swarm/session.ts'
import { checksummed } from '../../../wallet/render.ts'
import type { options, positionals } from './options.ts'

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
      `Deposited ${usdcInWords(amount)}; ${usdcInWords(free)} are free for lanes.`,
      `Transaction ${transactionHash}`
    ].join('\n')
  )
}
