import { parseDuration } from '@unhosted/core/units'
import { usageError } from '@unhosted/terminal'
import { usdcInWords } from '../../../chain/index.ts'
import type { Handler } from '../../../options/types.ts'
import { openPayer, parseAddress, parseAmount, shortLane } from '../../../session/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import { checksummed } from '../../../wallet-session/index.ts'
import type { options, positionals } from './index.ts'

/** What SwarmLanes allows, seconds. */
const leastWindow = 3600
const mostWindow = 30 * 86_400

export const handle: Handler<typeof options, typeof positionals> = async (args, context) => {
  const { output, paths, signal } = context
  const provider = parseAddress(args.provider)
  const amount = parseAmount(args.amount)
  const closeWindow = Math.ceil(parseDuration(args.window) / 1000)
  if (closeWindow < leastWindow || closeWindow > mostWindow) throw usageError('--window must be from 1h to 30d.')
  const { payer, laneSigner } = await walletAddresses(paths)
  if (provider === payer) throw usageError('The provider is this wallet. A lane must pay another account.')
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Reserve ${usdcInWords(amount)} for ${checksummed(provider)} on chain ${deployment.chainId}.`,
    `${checksummed(laneSigner)} signs vouchers against it. The close window is ${args.window}.`
  ])
  const terms = { provider, signer: laneSigner, closeWindow, amount }
  const { laneId, receipt } = await lanes.open(terms, { signal })
  output.result({ laneId, transaction: receipt.transactionHash, fundedMicroUsdc: String(amount) }, () =>
    [
      `Opened lane ${shortLane(laneId)} with ${usdcInWords(amount)}.`,
      `Lane        ${laneId}`,
      `Transaction ${receipt.transactionHash}`
    ].join('\n')
  )
}
