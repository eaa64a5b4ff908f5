import { findLanes, usdcInWords } from '../../../index.ts'
import type { Handler } from '../../../session/context.ts'
import type { lanePositionals, signingOptions } from '../../../session/options.ts'
import { laneClosed, matchLane } from '../../../session/parse.ts'
import { shortLane } from '../../../session/render.ts'
import { checksummed } from '../../../session/render-wallet.ts'
import { openChain, openPayer } from '../../../session/session.ts'
import { walletAddresses } from '../../../wallet/index.ts'

export const handle: Handler<typeof signingOptions, typeof lanePositionals> = async (args, context) => {
  const { output, paths, signal } = context
  const { payer: provider } = await walletAddresses(paths)
  const earned = await findLanes(await openChain(args, context), { provider }, signal)
  const { laneId, lane, state } = matchLane(args.lane, earned, 'earns from')
  if (state.status === 'closed') throw laneClosed(laneId)
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Release lane ${shortLane(laneId)} of ${checksummed(lane.payer)} on chain ${deployment.chainId}.`,
    'Unclaimed vouchers become worthless.'
  ])
  const returned = await lanes.release(lane, { signal })
  output.result(
    { laneId, status: 'closed', returnedMicroUsdc: String(returned) },
    () => `Lane ${shortLane(laneId)} is closed. ${usdcInWords(returned)} went back to its payer.`
  )
}
