import { type FoundLane, findLanes, type Lanes, usdcInWords } from '@unhosted/node/swarm'
import { walletAddresses } from '@unhosted/node/wallet'
import { usageError } from '../../../command/build-parser.ts'
import type { CommandContext } from '../../../command/context.ts'
import type { Handler } from '../../../command/spec.ts'
import type { laneOptions, lanePositionals } from '../../../swarm/lane-options.ts'
import { matchLane } from '../../../swarm/parse.ts'
import { shortLane, spanInWords } from '../../../swarm/render.ts'
import { openChain, openPayer } from '../../../swarm/session.ts'

export const handle: Handler<typeof laneOptions, typeof lanePositionals> = async (args, context) => {
  const { paths, signal } = context
  const { payer } = await walletAddresses(paths)
  const found = matchLane(args.lane, await findLanes(await openChain(args, context), { payer }, signal))
  const name = shortLane(found.laneId)
  if (found.state.status === 'closed') throw usageError(`Lane ${name} is closed already.`)
  if (found.state.closesAt !== null) return finish(found, args, context, found.state.closesAt)
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Start the close of lane ${name} on chain ${deployment.chainId}: no more vouchers are signed on it,`,
    `and in ${spanInWords(found.lane.closeWindow)} what is left comes back.`
  ])
  return start(found, lanes, context)
}

async function start({ laneId, lane }: FoundLane, lanes: Lanes, { output, signal }: CommandContext): Promise<void> {
  const closesAt = await lanes.startClose(lane, { signal })
  output.result({ laneId, status: 'closing', closesAt }, () =>
    [
      `Lane ${shortLane(laneId)} is closing.`,
      `From ${new Date(closesAt * 1000).toISOString()} on, finish it with: unhosted swarm close ${shortLane(laneId)}`
    ].join('\n')
  )
}

async function finish(
  { laneId, lane }: FoundLane,
  args: Parameters<typeof handle>[0],
  context: CommandContext,
  closesAt: number
): Promise<void> {
  const { output, signal } = context
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Finish the close of lane ${shortLane(laneId)} on chain ${deployment.chainId},`,
    `which its window allows from ${new Date(closesAt * 1000).toISOString()} on.`
  ])
  const returned = await lanes.finishClose(lane, { signal })
  output.result(
    { laneId, status: 'closed', returnedMicroUsdc: String(returned) },
    () => `Lane ${shortLane(laneId)} is closed; ${usdcInWords(returned)} went back to the free deposit.`
  )
}
