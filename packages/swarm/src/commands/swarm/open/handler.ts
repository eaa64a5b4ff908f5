import { parseDuration } from '@unhosted/core/units'
import { usageError } from '@unhosted/terminal'
import { usdcInWords } from '../../../index.ts'
import type { Handler } from '../../../session/context.ts'
import { parseAddress, parseAmount } from '../../../session/parse.ts'
import { shortLane } from '../../../session/render.ts'
import { checksummed } from '../../../session/render-wallet.ts'
import { openPayer } from '../../../session/session.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import type { options, positionals } from './index.ts'

/** What SwarmLanes allows, seconds. */
const leastWindow = 3600
const mostWindow = 30 * 86_400

export const handle: Handler<typeof options, typeof positionals> = async (args, context) => {
  const { output, paths, signal } = context
  const provider = parseAddress(args.provider)
  const amount = parseAmount(args.amount)
  const closeWindow = Math.ceil(parseDuration(args.window) / 1000)
  if (closeWindow < leastWindow || closeWindow > mostWindow) throw usageError('--window takes 1h to 30d.')
  const { payer, laneSigner } = await walletAddresses(paths)
  if (provider === payer) throw usageError('That is the address of this wallet: a lane pays somebody else.')
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Set ${usdcInWords(amount)} aside for ${checksummed(provider)} on chain ${deployment.chainId};`,
    `${checksummed(laneSigner)} signs vouchers against it, and closing takes ${args.window}.`
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
