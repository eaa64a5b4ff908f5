import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { mockUsdcAbi, type SwarmDeployment } from '@unhosted/swarm-contracts'
import { encodeFunctionData, type TransactionReceipt } from 'viem'
import { type AccountSender, createAct, usdcInWords } from '../chain/index.ts'

/** What whoever deploys a mock gets of it, so that there is something to try out with: 1,000,000 USDC. */
export const mintedMock: MicroUsdc = microUsdc(1_000_000_000_000n)

/**
 * Mint MockUSDC for the account that deployed it.
 * @throws BaseError as `AccountSender.send`; TX_REVERTED for anybody else, and for a token that is no mock
 */
export async function mintMock(
  { deployment, sender }: { readonly deployment: SwarmDeployment; readonly sender: AccountSender },
  signal: AbortSignal
): Promise<TransactionReceipt> {
  const act = createAct(sender, deployment.usdc)
  const args = [sender.address, mintedMock] as const
  const mint = encodeFunctionData({ abi: mockUsdcAbi, functionName: 'mint', args })
  return act(`mint ${usdcInWords(mintedMock)}`, mint, { signal })
}
