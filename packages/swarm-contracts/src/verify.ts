import { type Address, type Client, type Hex, isAddressEqual, keccak256, numberToHex, size } from 'viem'
import { getChainId, getCode, readContract } from 'viem/actions'
import type { SwarmAddresses } from './addresses.ts'
import { swarmDomains } from './domains.ts'
import { BaseError } from './errors.ts'
import { providerStakeAbi, providerStakeRuntime } from './generated/provider-stake.ts'
import { swarmLanesAbi, swarmLanesRuntime } from './generated/swarm-lanes.ts'
import { type Domain, domainImmutables, fillImmutables } from './runtime.ts'
import { readUsdc, type UsdcFacts } from './usdc.ts'

export interface ExpectedSwarm extends SwarmAddresses {
  readonly chainId: number
  /** What a challenger deposits to open a dispute, micro-USDC. */
  readonly disputeBond: bigint
}

/**
 * Check that contracts on a chain are what this version compiles to, set up for `expected`: the chain id; each contract's
 * whole runtime code, immutables included; the token, bond and EIP-712 domain as the contracts themselves report them.
 * It believes what the RPC endpoint says of the chain. A failing endpoint is viem's error, passed through.
 * @returns how the token signs
 * @throws BaseError DEPLOY_WRONG_CHAIN, DEPLOY_UNVERIFIED, DEPLOY_TOKEN_UNSUITABLE
 */
export async function verifySwarm(client: Client, expected: ExpectedSwarm): Promise<UsdcFacts> {
  const { chainId, usdc, swarmLanes, providerStake, disputeBond } = expected
  await checkChain(client, chainId)
  const domain = swarmDomains(expected)
  const lanesCode = fillImmutables(swarmLanesRuntime, { ...domainImmutables(domain.lanes), usdc })
  const stakeCode = fillImmutables(providerStakeRuntime, {
    ...domainImmutables(domain.stake),
    usdc,
    disputeBond: numberToHex(disputeBond)
  })
  await checkCode(client, 'SwarmLanes', swarmLanes, lanesCode)
  await checkCode(client, 'ProviderStake', providerStake, stakeCode)
  const lanes = { address: swarmLanes, abi: swarmLanesAbi } as const
  const stake = { address: providerStake, abi: providerStakeAbi } as const
  checkAddress('SwarmLanes', swarmLanes, await readContract(client, { ...lanes, functionName: 'usdc' }), usdc)
  checkAddress('ProviderStake', providerStake, await readContract(client, { ...stake, functionName: 'usdc' }), usdc)
  const actual = await readContract(client, { ...stake, functionName: 'disputeBond' })
  if (actual !== disputeBond)
    throw unverified('ProviderStake', providerStake, `has the bond ${actual}, not ${disputeBond}`)
  checkDomain('SwarmLanes', await readContract(client, { ...lanes, functionName: 'eip712Domain' }), domain.lanes)
  checkDomain('ProviderStake', await readContract(client, { ...stake, functionName: 'eip712Domain' }), domain.stake)
  return readUsdc(client, usdc, chainId)
}

/** @throws BaseError DEPLOY_WRONG_CHAIN */
export async function checkChain(client: Client, chainId: number): Promise<void> {
  const actual = await getChainId(client)
  if (actual === chainId) return
  throw new BaseError('DEPLOY_WRONG_CHAIN', `The RPC endpoint serves chain ${actual}, not ${chainId}.`, {
    advice: 'Give the endpoint of the chain you mean, or the id of the chain you have.',
    details: { actual, expected: chainId }
  })
}

async function checkCode(client: Client, contract: string, address: Address, wanted: Hex): Promise<void> {
  const code = await getCode(client, { address })
  if (code === wanted) return
  const what =
    code === undefined
      ? 'is not there'
      : `holds other code: ${size(code)} bytes with hash ${keccak256(code)}, not ${size(wanted)} with ${keccak256(wanted)}`
  throw unverified(contract, address, what)
}

function checkAddress(contract: string, address: Address, actual: Address, wanted: Address): void {
  if (!isAddressEqual(actual, wanted)) throw unverified(contract, address, `moves the token ${actual}, not ${wanted}`)
}

/** EIP-5267: which fields there are (0x0f: name, version, chain id, contract), their values, a salt, extensions. */
type ReportedDomain = readonly [Hex, string, string, bigint, Address, Hex, readonly bigint[]]

function checkDomain(contract: string, reported: ReportedDomain, wanted: Domain): void {
  const [fields, name, version, chainId, verifyingContract, , extensions] = reported
  const same =
    fields === '0x0f' &&
    name === wanted.name &&
    version === wanted.version &&
    chainId === BigInt(wanted.chainId) &&
    isAddressEqual(verifyingContract, wanted.verifyingContract) &&
    extensions.length === 0
  if (!same)
    throw unverified(contract, wanted.verifyingContract, `signs under "${name}" ${version} on chain ${chainId}`)
}

function unverified(contract: string, address: Address, what: string): BaseError {
  return new BaseError('DEPLOY_UNVERIFIED', `${contract} at ${address} ${what}.`, {
    advice: 'Do not use it. Check the address, the endpoint, and that the deployment was made by this version.',
    details: { contract, address }
  })
}
