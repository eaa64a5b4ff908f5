import { findLanes } from '../../../access/index.ts'
import { usdcInWords } from '../../../chain/index.ts'
import type { lanePositionals, signingOptions } from '../../../options/index.ts'
import type { Handler } from '../../../options/types.ts'
import { laneClosed, matchLane, openChain, openPayer, shortLane } from '../../../session/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import { checksummed } from '../../../wallet-session/index.ts'

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
