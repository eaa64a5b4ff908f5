import { findLanes, usdcInWords } from '@unhosted/node/swarm'
import { walletAddresses } from '@unhosted/node/wallet'
import type { Handler } from '../../../command/spec.ts'
import type { laneOptions } from '../../../swarm/lane-options.ts'
import { laneClosed, matchLane, parseAmount } from '../../../swarm/parse.ts'
import { shortLane } from '../../../swarm/render.ts'
import { openChain, openPayer } from '../../../swarm/session.ts'
import { checksummed } from '../../../wallet/render.ts'
import type { positionals } from './options.ts'

export const handle: Handler<typeof laneOptions, typeof positionals> = async (args, context) => {
  const { output, paths, signal } = context
  const amount = parseAmount(args.amount)
  const { payer } = await walletAddresses(paths)
  const paid = await findLanes(await openChain(args, context), { payer }, signal)
  const { laneId, lane, state } = matchLane(args.lane, paid, 'pays for')
  if (state.status === 'closed') throw laneClosed(laneId)
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Set ${usdcInWords(amount)} more aside in lane ${shortLane(laneId)} for ${checksummed(lane.provider)},`,
    `on chain ${deployment.chainId}.`
  ])
  const funded = await lanes.topUp(lane, amount, { signal })
  output.result(
    { laneId, fundedMicroUsdc: String(funded) },
    () => `Lane ${shortLane(laneId)} holds ${usdcInWords(funded)} in all.`
  )
}
