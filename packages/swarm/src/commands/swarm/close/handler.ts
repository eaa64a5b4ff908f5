import { type FoundLane, findLanes, readChainTime } from '../../../access/index.ts'
import { usdcInWords } from '../../../chain/index.ts'
import { BaseError } from '../../../errors/index.ts'
import type { Lanes } from '../../../lanes/index.ts'
import type { lanePositionals, signingOptions } from '../../../options/index.ts'
import type { CommandContext, Handler } from '../../../options/types.ts'
import { laneClosed, matchLane, openChain, openPayer, shortLane, spanInWords } from '../../../session/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'

export const handle: Handler<typeof signingOptions, typeof lanePositionals> = async (args, context) => {
  const { paths, signal } = context
  const { payer } = await walletAddresses(paths)
  const swarm = await openChain(args, context)
  const found = matchLane(args.lane, await findLanes(swarm, { payer }, signal), 'pays for')
  const name = shortLane(found.laneId)
  const { status, closesAt } = found.state
  if (status === 'closed') throw laneClosed(found.laneId)
  if (closesAt !== null) {
    refuseEarly(name, closesAt, await readChainTime(swarm.connection, signal))
    return finish(found, args, context, closesAt)
  }
  const { lanes } = await openPayer(args, context, async ({ deployment }) => [
    `Start closing lane ${name} on chain ${deployment.chainId}. No more vouchers are signed on it;`,
    `in ${spanInWords(found.lane.closeWindow)} you can get back what is left.`
  ])
  return start(found, lanes, context)
}

/** Before a passphrase is asked for in vain. A chain without traffic lags behind the clock of this computer. */
function refuseEarly(name: string, closesAt: number, chainSeconds: number): void {
  const wait = closesAt - Math.max(chainSeconds, Math.floor(Date.now() / 1000))
  if (wait <= 0) return
  throw new BaseError('USAGE', `Lane ${name} is closing. Its provider can claim for another ${spanInWords(wait)}.`, {
    advice: `Run the same command again after ${new Date(closesAt * 1000).toISOString()}.`
  })
}

async function start({ laneId, lane }: FoundLane, lanes: Lanes, { output, signal }: CommandContext): Promise<void> {
  const closesAt = await lanes.startClose(lane, { signal })
  output.result({ laneId, status: 'closing', closesAt }, () =>
    [
      `Lane ${shortLane(laneId)} is closing.`,
      `After ${new Date(closesAt * 1000).toISOString()}, finish with: unhosted swarm close ${shortLane(laneId)}`
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
    `Finish closing lane ${shortLane(laneId)} on chain ${deployment.chainId}.`,
    `Its close window ended at ${new Date(closesAt * 1000).toISOString()}.`
  ])
  const returned = await lanes.finishClose(lane, { signal })
  output.result(
    { laneId, status: 'closed', returnedMicroUsdc: String(returned) },
    () => `Lane ${shortLane(laneId)} is closed. ${usdcInWords(returned)} went back to the free deposit.`
  )
}
