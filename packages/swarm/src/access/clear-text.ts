import { microUsdc } from '@unhosted/core/units'
import { mockUsdcAbi, providerStakeAbi, type SwarmDeployment, swarmLanesAbi } from '@unhosted/swarm-contracts'
import {
  type Abi,
  AbiFunctionSignatureNotFoundError,
  type Address,
  decodeFunctionData,
  formatEther,
  getAddress,
  type Hex,
  isAddress,
  isAddressEqual,
  type LocalAccount,
  type TransactionSerializable
} from 'viem'
import { usdcInWords } from '../chain/amounts.ts'

/** What a signature will do, in words, one fact a line. Made from the very bytes that are signed. */
export type ClearText = readonly string[]

/**
 * The account, showing what it signs before it signs. Money is at stake, so what is shown is decoded from what is
 * signed, not from what somebody meant to sign.
 * @param deployment null before there is one: contracts then have no names
 */
export function showingAccount(
  account: LocalAccount,
  deployment: SwarmDeployment | null,
  show: (text: ClearText) => void
): LocalAccount {
  const shown: LocalAccount = {
    ...account,
    signTransaction: (transaction, options) => {
      show(explainTransaction(account.address, transaction, deployment))
      return options === undefined
        ? account.signTransaction(transaction)
        : account.signTransaction(transaction, options)
    },
    signTypedData: (definition) => {
      show(explainTypedData(account.address, definition, deployment))
      return account.signTypedData(definition)
    }
  }
  return shown
}

/**
 * A transaction in words. What calls none of our contracts is shown as bytes.
 * @internal For its test.
 */
export function explainTransaction(
  from: Address,
  transaction: TransactionSerializable,
  deployment: SwarmDeployment | null
): ClearText {
  const { to, data = '0x', value = 0n, gas = 0n, nonce, chainId } = transaction
  const fee = gas * (transaction.maxFeePerGas ?? 0n)
  return [
    `Signing a transaction on chain ${chainId}`,
    `from     ${from}`,
    `to       ${to == null ? 'nobody: a new contract' : nameOf(to, deployment)}`,
    ...explainCall(to ?? null, data, deployment),
    ...(value === 0n ? [] : [`sends    ${formatEther(value)} ETH`]),
    `fee      at most ${formatEther(fee)} ETH`,
    `nonce    ${nonce}`
  ]
}

interface TypedDataFacts {
  readonly domain?: unknown
  readonly primaryType?: unknown
  readonly message?: unknown
}

/**
 * EIP-712 data, field by field.
 * @internal For its test.
 */
export function explainTypedData(
  signer: Address,
  { domain, primaryType, message }: TypedDataFacts,
  deployment: SwarmDeployment | null
): ClearText {
  const rows = (facts: unknown): string[] =>
    Object.entries(facts ?? {}).map(([name, value]) => `${name.padEnd(18)} ${inWords(name, value, deployment)}`)
  return [`Signing ${String(primaryType)} (EIP-712) as ${signer}`, ...rows(domain), ...rows(message)]
}

/** With the checksum of EIP-55. */
function nameOf(address: Address, deployment: SwarmDeployment | null): string {
  const to = getAddress(address)
  if (deployment === null) return to
  const { usdc, swarmLanes, providerStake, token } = deployment
  if (isAddressEqual(to, swarmLanes)) return `SwarmLanes ${to}`
  if (isAddressEqual(to, providerStake)) return `ProviderStake ${to}`
  if (isAddressEqual(to, usdc)) return `${token.name} ${to}`
  return to
}

function explainCall(to: Address | null, data: Hex, deployment: SwarmDeployment | null): ClearText {
  const abi = to === null ? null : abiOf(to, deployment)
  if (abi === null) return data === '0x' ? [] : [`data     ${data.length / 2 - 1} bytes`]
  const call = decodeCall(abi, data)
  if (call === null) return [`data     ${data.length / 2 - 1} bytes, which call nothing that is known`]
  const { functionName, args = [] } = call
  const inputs = abi.find((item) => item.type === 'function' && item.name === functionName)
  const names = inputs?.type === 'function' ? inputs.inputs.map(({ name }) => name ?? '') : []
  return [
    `calls    ${functionName}`,
    ...args.flatMap((value, index) => argumentInWords(names[index] ?? '', value, deployment))
  ]
}

/** A struct has a line for each of its fields, as nobody checks an address in the middle of a long one. */
function argumentInWords(name: string, value: unknown, deployment: SwarmDeployment | null): ClearText {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`  ${name.padEnd(12)} ${inWords(name, value, deployment)}`]
  }
  const fields = Object.entries(value)
  return [`  ${name}`, ...fields.map(([key, inner]) => `    ${key.padEnd(11)} ${inWords(key, inner, deployment)}`)]
}

function decodeCall(abi: Abi, data: Hex): { functionName: string; args?: readonly unknown[] | undefined } | null {
  try {
    return decodeFunctionData({ abi, data })
  } catch (error) {
    if (error instanceof AbiFunctionSignatureNotFoundError) return null
    throw error
  }
}

function abiOf(to: Address, deployment: SwarmDeployment | null): Abi | null {
  if (deployment === null) return null
  const { usdc, swarmLanes, providerStake } = deployment
  if (isAddressEqual(to, swarmLanes)) return swarmLanesAbi
  if (isAddressEqual(to, providerStake)) return providerStakeAbi
  // Of the mock only what every USDC has is called.
  return isAddressEqual(to, usdc) ? mockUsdcAbi : null
}

/** Names under which contracts take micro-USDC, and unix seconds. */
const amounts = new Set(['amount', 'value', 'cumulative', 'refund'])
const moments = new Set(['validAfter', 'validBefore', 'validUntil', 'deadline'])

function inWords(name: string, value: unknown, deployment: SwarmDeployment | null): string {
  if (typeof value === 'bigint' && amounts.has(name)) return usdcInWords(microUsdc(value))
  if (typeof value === 'bigint' && moments.has(name)) return momentInWords(value)
  if (typeof value === 'string' && isAddress(value)) return nameOf(value, deployment)
  return plain(value)
}

/** Farther than any date that people mean; also as far as Date goes. */
const lastMoment = 8_640_000_000_000n

function momentInWords(seconds: bigint): string {
  if (seconds === 0n) return '0: at once'
  return seconds < lastMoment ? `${seconds}: ${new Date(Number(seconds) * 1000).toISOString()}` : String(seconds)
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key}: ${plain(inner)}`)
      .join(', ')} }`
  }
  return String(value)
}
