import { renderQr } from '@unhosted/terminal'
import { swarmPaths } from '../../../home/index.ts'
import type { Handler } from '../../../options/types.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import { checksummed, renderAddresses } from '../../../wallet-session/index.ts'

export const handle: Handler<Record<never, never>, Record<never, never>> = async (_args, { paths, output }) => {
  const addresses = await walletAddresses(paths)
  output.result({ addresses, folder: swarmPaths(paths).wallet }, () => {
    const text = renderAddresses(addresses, output.colours)
    // Below the code, so that the addresses are still seen on a terminal of 24 lines.
    return output.live ? `${renderQr(checksummed(addresses.payer))}\n${text}` : text
  })
}
