import { prepareHome } from '@unhosted/node/store'
import { writeChainFile } from '../../../access/index.ts'
import type { Handler } from '../../../options/types.ts'
import { openChain, renderDeployment } from '../../../session/index.ts'
import type { options } from './index.ts'

export const handle: Handler<typeof options, Record<never, never>> = async (args, context) => {
  const { output, paths } = context
  const { rpcUrl, connection, deployment } = await openChain(args, context)
  await prepareHome(paths)
  await writeChainFile(paths, { rpcUrl, deployment })
  const { chainId, usdc, swarmLanes, providerStake } = deployment
  output.result({ chainId, usdc, swarmLanes, providerStake, endpoint: connection.shown }, () =>
    [
      `Using chain ${chainId} at ${connection.shown}. Its contracts match this version.`,
      renderDeployment(deployment)
    ].join('\n')
  )
}
