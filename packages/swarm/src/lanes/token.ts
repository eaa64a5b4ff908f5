import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { type Address, encodeFunctionData, parseAbi } from 'viem'
import { readContract } from 'viem/actions'
import { type AccountSender, type ChainConnection, usdcInWords } from '../chain/index.ts'
import { BaseError } from '../errors/index.ts'

const erc20Abi = parseAbi([
  'function balanceOf(address) view returns (uint256)',
  'function allowance(address owner, address spender) view returns (uint256)',
  'function approve(address spender, uint256 value) returns (bool)',
  'function transfer(address to, uint256 value) returns (bool)'
])

/** @throws BaseError as `ChainConnection.call` */
export function readUsdcBalance(
  connection: ChainConnection,
  usdc: Address,
  account: Address,
  signal: AbortSignal
): Promise<MicroUsdc> {
  const read = { address: usdc, abi: erc20Abi, functionName: 'balanceOf', args: [account] } as const
  return connection.call('tell a balance', signal, async (client) => microUsdc(await readContract(client, read)))
}

/** @throws BaseError USDC_INSUFFICIENT */
export async function checkUsdcBalance(
  connection: ChainConnection,
  usdc: Address,
  account: Address,
  amount: MicroUsdc,
  signal: AbortSignal
): Promise<void> {
  const balance = await readUsdcBalance(connection, usdc, account, signal)
  if (balance >= amount) return
  const missing = microUsdc(amount - balance)
  throw new BaseError('USDC_INSUFFICIENT', `${account} holds ${usdcInWords(balance)}, not ${usdcInWords(amount)}.`, {
    advice: `Send it ${usdcInWords(missing)} more on chain ${connection.chainId}, or use less. Nothing was sent.`,
    details: { account, balance: `${balance}`, amount: `${amount}`, missing: `${missing}` }
  })
}

/** Let `spender` take `amount`, and no more than that, unless it already may. */
export async function allow(
  connection: ChainConnection,
  sender: AccountSender,
  usdc: Address,
  spender: Address,
  amount: MicroUsdc,
  operation: string,
  signal: AbortSignal
): Promise<void> {
  const read = { address: usdc, abi: erc20Abi, functionName: 'allowance', args: [sender.address, spender] } as const
  const allowed = await connection.call('tell an allowance', signal, (client) => readContract(client, read))
  if (allowed >= amount) return
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [spender, amount] })
  await sender.send({ operation, what: `allow ${spender} ${usdcInWords(amount)}`, to: usdc, data, value: 0n }, signal)
}

/** Calldata of a plain transfer, for the wallet. */
export const transferData = (to: Address, amount: MicroUsdc): `0x${string}` =>
  encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] })
