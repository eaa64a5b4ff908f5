import { findLanes, readChainTime } from '../../../access/index.ts'
import type { chainOptions } from '../../../options/index.ts'
import type { Handler } from '../../../options/types.ts'
import { openChain, renderLanes } from '../../../session/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'

export const handle: Handler<typeof chainOptions, Record<never, never>> = async (args, context) => {
  const { output, paths, signal } = context
  const { payer } = await walletAddresses(paths)
  const swarm = await openChain(args, context)
  const paid = await findLanes(swarm, { payer }, signal)
  const earned = (await findLanes(swarm, { provider: payer }, signal)).filter(({ lane }) => lane.payer !== payer)
  const found = [...paid, ...earned]
  const document = found.map(({ laneId, lane, state }) => ({
    laneId,
    ...lane,
    nonce: String(lane.nonce),
    status: state.status,
    closesAt: state.closesAt,
    fundedMicroUsdc: String(state.funded),
    claimedMicroUsdc: String(state.claimed)
  }))
  const nowSeconds = await readChainTime(swarm.connection, signal)
  output.result({ chainId: swarm.deployment.chainId, lanes: document }, () => {
    if (found.length === 0) return 'This wallet has no lanes. Open one with: unhosted swarm open PROVIDER AMOUNT'
    const columns = output.live ? output.columns() : Number.POSITIVE_INFINITY
    return renderLanes(found, { nowSeconds, payer, columns, colours: output.colours })
  })
}
