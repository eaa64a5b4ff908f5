import { findLanes } from '../../../access/index.ts'
import { usdcInWords } from '../../../chain/index.ts'
import type { signingOptions } from '../../../options/index.ts'
import type { Handler } from '../../../options/types.ts'
import { laneClosed, matchLane, openChain, openPayer, parseAmount, shortLane } from '../../../session/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import { checksummed } from '../../../wallet-session/index.ts'
import type { positionals } from './index.ts'

export const handle: Handler<typeof signingOptions, typeof positionals> = async (args, context) => {
  const { output, paths, signal } = context
  const amount = parseAmount(args.amount)
  const { payer } = await walletAddresses(paths)
  const paid = await findLanes(await openChain(args, context), { payer }, signal)
  const { laneId, lane, state } = matchLane(args.lane, paid, 'pays for')
  if (state.status === 'closed') throw laneClosed(laneId)
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Add ${usdcInWords(amount)} to lane ${shortLane(laneId)} for ${checksummed(lane.provider)}`,
    `on chain ${deployment.chainId}.`
  ])
  const funded = await lanes.topUp(lane, amount, { signal })
  output.result(
    { laneId, fundedMicroUsdc: String(funded) },
    () => `Lane ${shortLane(laneId)} now has ${usdcInWords(funded)} in total.`
  )
}
