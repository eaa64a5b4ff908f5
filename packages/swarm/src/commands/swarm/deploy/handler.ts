import { prepareHome, writeFileAtomic } from '@unhosted/node/store'
import { formatDeployment } from '@unhosted/swarm-contracts'
import { usageError } from '@unhosted/terminal'
import { privateKeyToAccount as localAccount } from 'viem/accounts'
import { deployContracts, mintedMock, mintMock, showingAccount, writeChainFile } from '../../../access/index.ts'
import { usdcInWords } from '../../../chain/index.ts'
import { signingOptions } from '../../../options/index.ts'
import type { Handler } from '../../../options/types.ts'
import {
  confirm,
  openChain,
  openSender,
  parseAddress,
  parseAmount,
  renderDeployment,
  showSigned
} from '../../../session/index.ts'
import { unlock, walletAddresses } from '../../../wallet/index.ts'
import { checksummed, knownPassphrase } from '../../../wallet-session/index.ts'
import type { options } from './index.ts'

export const handle: Handler<typeof options, Record<never, never>> = async (args, context) => {
  const { output, paths, signal } = context
  const { rpc: rpcUrl, chain: chainId } = args
  if (rpcUrl === undefined || chainId === undefined)
    throw usageError('Missing flags: --rpc URL and --chain ID say where to deploy.')
  const usdc = args.usdc === undefined || args.usdc === 'mock' ? args.usdc : parseAddress(args.usdc)
  const disputeBond = parseAmount(args.bond)
  const { payer } = await walletAddresses(paths)
  const count = usdc === 'mock' ? 'three' : 'two'
  output.note(
    `Deploy ${count} contracts to chain ${chainId}. They are not audited. ${checksummed(payer)} pays the gas.`
  )
  await confirm(args, context)
  const account = localAccount(await unlock(paths, 'payer', await knownPassphrase(args, context)))
  const deployment = await deployContracts({
    rpcUrl,
    chainId,
    account,
    usdc,
    disputeBond,
    signal,
    show: showSigned(output),
    onDeployed: (name, address) => output.note(`${name} is deployed at ${address}.`)
  })
  await prepareHome(paths)
  await writeChainFile(paths, { rpcUrl, deployment })
  if (args.out !== undefined) await writeFileAtomic(args.out, formatDeployment(deployment), 0o644)
  if (usdc === 'mock') {
    // Only now: what stands on the chain is remembered, whatever becomes of this.
    const swarm = await openChain({ rpc: undefined, chain: undefined, deployment: undefined }, context)
    const shown = showingAccount(account, deployment, showSigned(output))
    const sender = await openSender(swarm, shown, signingOptions.maxGasPrice.default, context)
    await mintMock({ deployment, sender }, signal)
    output.note(`Minted ${usdcInWords(mintedMock)} for ${checksummed(payer)}.`)
  }
  output.result(JSON.parse(formatDeployment(deployment)), () =>
    ['Deployed and verified. The wallet and swarm commands now use:', renderDeployment(deployment)].join('\n')
  )
}
