import { findLanes, usdcInWords } from '@unhosted/node/swarm'
import { walletAddresses } from '@unhosted/node/wallet'
import type { Handler } from '../../../command/spec.ts'
import type { laneOptions, lanePositionals } from '../../../swarm/lane-options.ts'
import { laneClosed, matchLane } from '../../../swarm/parse.ts'
import { shortLane } from '../../../swarm/render.ts'
import { openChain, openPayer } from '../../../swarm/session.ts'
import { checksummed } from '../../../wallet/render.ts'

export const handle: Handler<typeof laneOptions, typeof lanePositionals> = async (args, context) => {
  const { output, paths, signal } = context
  const { payer: provider } = await walletAddresses(paths)
  const earned = await findLanes(await openChain(args, context), { provider }, signal)
  const { laneId, lane, state } = matchLane(args.lane, earned, 'earns from')
  if (state.status === 'closed') throw laneClosed(laneId)
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Release lane ${shortLane(laneId)} of ${checksummed(lane.payer)} on chain ${deployment.chainId}:`,
    'vouchers that were not claimed are worth nothing after that.'
  ])
  const returned = await lanes.release(lane, { signal })
  output.result(
    { laneId, status: 'closed', returnedMicroUsdc: String(returned) },
    () => `Lane ${shortLane(laneId)} is closed; ${usdcInWords(returned)} went back to its payer.`
  )
}
