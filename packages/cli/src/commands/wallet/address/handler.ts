import { walletAddresses } from '@unhosted/node/wallet'
import type { Handler } from '../../../command/spec.ts'
import { renderQr } from '../../../terminal/qr-code.ts'
import { checksummed, renderAddresses } from '../../../wallet/render.ts'

export const handle: Handler<Record<never, never>, Record<never, never>> = async (_args, { paths, output }) => {
  const addresses = await walletAddresses(paths)
  output.result({ addresses, folder: paths.wallet }, () => {
    const lines = [renderAddresses(addresses, output.colours)]
    if (output.live) lines.push('', renderQr(checksummed(addresses.payer)))
    return lines.join('\n')
  })
}
