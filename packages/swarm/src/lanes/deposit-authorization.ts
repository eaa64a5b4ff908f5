import { randomBytes } from 'node:crypto'
import type { MicroUsdc } from '@unhosted/core/units'
import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import { type Hex, type LocalAccount, parseSignature, toHex } from 'viem'

/** Arguments of `SwarmLanes.depositWithAuthorization`, in order. */
export type DepositAuthorization = readonly [Hex, bigint, bigint, bigint, Hex, number, Hex, Hex]

/** EIP-3009. Only `to` itself may use it, so nobody can take the tokens on the way. */
const types = {
  ReceiveWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' }
  ]
} as const

/**
 * Sign over `amount` of the account's USDC to SwarmLanes. Anyone may send it; it is good once and until `validBefore`.
 * @param validBefore unix seconds; a transaction that is stuck longer cannot deposit any more
 */
export async function signDepositAuthorization(
  account: LocalAccount,
  deployment: SwarmDeployment,
  amount: MicroUsdc,
  validBefore: number
): Promise<DepositAuthorization> {
  const { chainId, swarmLanes, usdc, token } = deployment
  const nonce = toHex(randomBytes(32))
  const before = BigInt(validBefore)
  const signature = await account.signTypedData({
    domain: { name: token.name, version: token.version, chainId, verifyingContract: usdc },
    types,
    primaryType: 'ReceiveWithAuthorization',
    message: { from: account.address, to: swarmLanes, value: amount, validAfter: 0n, validBefore: before, nonce }
  })
  const { r, s, yParity } = parseSignature(signature)
  return [account.address, amount, 0n, before, nonce, 27 + yParity, r, s]
}
