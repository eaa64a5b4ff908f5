import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { mockUsdcAbi, type SwarmDeployment } from '@unhosted/swarm-contracts'
import { encodeFunctionData, type TransactionReceipt } from 'viem'
import type { AccountSender } from '../chain/account-sender.ts'
import { createAct } from '../chain/act.ts'
import { usdcInWords } from '../chain/amounts.ts'

/** What whoever deploys a mock gets of it, so that there is something to try out with: 1,000,000 USDC. */
export const mintedMock: MicroUsdc = microUsdc(1_000_000_000_000n)

/**
 * Mint MockUSDC for whoever deployed it. Two transactions: allow oneself to mint exactly this, then mint.
 * @throws BaseError as `AccountSender.send`; TX_REVERTED for anybody else, and for a token that is no mock
 */
export async function mintMock(
  { deployment, sender }: { readonly deployment: SwarmDeployment; readonly sender: AccountSender },
  signal: AbortSignal
): Promise<TransactionReceipt> {
  const act = createAct(sender, deployment.usdc)
  const args = [sender.address, mintedMock] as const
  const allow = encodeFunctionData({ abi: mockUsdcAbi, functionName: 'configureMinter', args })
  const mint = encodeFunctionData({ abi: mockUsdcAbi, functionName: 'mint', args })
  await act(`become a minter of ${usdcInWords(mintedMock)}`, allow, { signal })
  return act(`mint ${usdcInWords(mintedMock)}`, mint, { signal })
}
