import { randomUUID } from 'node:crypto'
import type { MicroUsdc } from '@unhosted/core/units'
import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import type { TransactionReceipt } from 'viem'
import { type AccountSender, type ChainConnection, lowerCase, usdcInWords } from '../chain/index.ts'
import type { Address } from '../deal/index.ts'
import { checkUsdcBalance, transferData } from '../lanes/index.ts'

/** Send USDC that an account has in hand. @throws BaseError USDC_INSUFFICIENT | as `AccountSender.send` */
export async function sendUsdc(
  parts: {
    readonly connection: ChainConnection
    readonly deployment: SwarmDeployment
    readonly sender: AccountSender
  },
  to: Address,
  amount: MicroUsdc,
  signal: AbortSignal
): Promise<TransactionReceipt> {
  const { connection, deployment, sender } = parts
  await checkUsdcBalance(connection, deployment.usdc, sender.address, amount, signal)
  return sender.send(
    {
      operation: `send ${randomUUID()}`,
      what: `send ${usdcInWords(amount)}`,
      to: lowerCase(deployment.usdc),
      data: transferData(to, amount),
      value: 0n
    },
    signal
  )
}
