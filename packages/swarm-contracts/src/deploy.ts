import { setTimeout as wait } from 'node:timers/promises'
import {
  type Abi,
  type Account,
  type Address,
  BaseError as ChainError,
  type Client,
  createClient,
  defineChain,
  getAddress,
  type Hash,
  type Hex,
  http,
  TransactionReceiptNotFoundError
} from 'viem'
import { deployContract, getTransactionReceipt } from 'viem/actions'
import type { SwarmAddresses } from './addresses.ts'
import { BaseError, isBaseError } from './errors.ts'
import { mockUsdcAbi, mockUsdcBytecode } from './generated/mock-usdc.ts'
import { providerStakeAbi, providerStakeBytecode } from './generated/provider-stake.ts'
import { swarmLanesAbi, swarmLanesBytecode } from './generated/swarm-lanes.ts'
import { readUsdc, type UsdcFacts } from './usdc.ts'
import { checkChain, verifySwarm } from './verify.ts'

export interface DeployOptions {
  /** The chain's JSON-RPC endpoint, http or https. */
  readonly rpc: string
  /** The chain that the endpoint must serve. */
  readonly chainId: number
  /** Who pays for gas, and signs here: `privateKeyToAccount(...)` of viem/accounts. Gets no rights over the contracts. */
  readonly account: Account
  /** The token; `mock` deploys MockUSDC first, for chains where money is worth nothing. */
  readonly usdc: Address | 'mock'
  /** What a challenger deposits to open a dispute, micro-USDC; fixed for ever. */
  readonly disputeBond: bigint
  /** How often to ask for a receipt, milliseconds. Default 500. */
  readonly pollingIntervalMs?: number
  /** How long one contract may take to be mined, milliseconds. Default 180,000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Called when a contract stands, before the next one. */
  readonly onDeployed?: (contract: DeployedContract) => void
}

export interface DeployedContract {
  readonly name: 'MockUSDC' | 'SwarmLanes' | 'ProviderStake'
  readonly address: Address
  readonly transaction: Hash
}

/** What a deployment is, to be kept and handed on: everything that a client needs to know of it. */
export interface SwarmDeployment extends SwarmAddresses {
  readonly chainId: number
  /** micro-USDC */
  readonly disputeBond: bigint
  /** The first block with a contract of the swarm: events are searched from here. */
  readonly fromBlock: bigint
  /** How the token signs. */
  readonly token: Pick<UsdcFacts, 'name' | 'version'>
}

/**
 * Deploy SwarmLanes and ProviderStake, and check on the chain that they are what was compiled.
 * @throws BaseError DEPLOY_WRONG_CHAIN and DEPLOY_TOKEN_UNSUITABLE before anything is sent; DEPLOY_INTERRUPTED, with what
 *   was deployed by then in `details.deployed`; DEPLOY_UNVERIFIED
 */
export async function deploySwarm(options: DeployOptions): Promise<SwarmDeployment> {
  const { chainId, disputeBond, signal } = options
  const client = clientOf(options)
  const deployed: DeployedContract[] = []
  let fromBlock = 0n
  const deploy = async (name: DeployedContract['name'], abi: Abi, bytecode: Hex, args: readonly unknown[]) => {
    const transaction = await deployContract(client, {
      abi,
      bytecode,
      args,
      account: options.account,
      chain: client.chain
    })
    const { address, block } = await minedContract(client, transaction, options)
    const contract = { name, address, transaction }
    deployed.push(contract)
    if (name === 'SwarmLanes') fromBlock = block
    options.onDeployed?.(contract)
    return address
  }
  try {
    await checkChain(client, chainId)
    if (options.usdc !== 'mock') await readUsdc(client, options.usdc, chainId)
    const usdc = options.usdc === 'mock' ? await deploy('MockUSDC', mockUsdcAbi, mockUsdcBytecode, []) : options.usdc
    const swarmLanes = await deploy('SwarmLanes', swarmLanesAbi, swarmLanesBytecode, [usdc])
    const providerStake = await deploy('ProviderStake', providerStakeAbi, providerStakeBytecode, [usdc, disputeBond])
    const contracts = { chainId, disputeBond, usdc, swarmLanes, providerStake }
    const { name, version } = await verifySwarm(client, contracts)
    return { ...contracts, fromBlock, token: { name, version } }
  } catch (cause) {
    signal?.throwIfAborted()
    throw isBaseError(cause) ? cause : interrupted(cause, deployed)
  }
}

function clientOf({ rpc, chainId, pollingIntervalMs = 500, signal }: DeployOptions) {
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpc] } }
  })
  const transport = http(rpc, { timeout: 10_000, retryCount: 2, ...(signal && { fetchOptions: { signal } }) })
  return createClient({ chain, transport, pollingInterval: pollingIntervalMs })
}

/** Asked for here and not by viem's waitForTransactionReceipt, which does not stop when told to. */
async function minedContract(client: Client, hash: Hash, { signal, timeoutMs = 180_000 }: DeployOptions) {
  const until = Date.now() + timeoutMs
  for (;;) {
    const receipt = await getTransactionReceipt(client, { hash }).catch((error: unknown) => {
      if (error instanceof TransactionReceiptNotFoundError) return undefined
      throw error
    })
    if (receipt === undefined) {
      if (Date.now() > until) throw new Error(`transaction ${hash} was not mined in ${timeoutMs / 1000} s.`)
      await wait(client.pollingInterval, undefined, signal && { signal })
      continue
    }
    const { status, contractAddress, blockNumber } = receipt
    if (status !== 'success' || !contractAddress) throw new Error(`transaction ${hash} reverted.`)
    return { address: getAddress(contractAddress), block: blockNumber }
  }
}

function interrupted(cause: unknown, deployed: readonly DeployedContract[]): BaseError {
  const so = deployed.map(({ name, address }) => `${name} at ${address}`).join(', ')
  // Not viem's whole message, nor its error as cause: they hold the endpoint's address, which may hold a key.
  const what = cause instanceof ChainError ? cause.shortMessage : cause instanceof Error ? cause.message : String(cause)
  const by = so === '' ? 'Nothing was deployed by then.' : `By then there were ${so}.`
  return new BaseError('DEPLOY_INTERRUPTED', `The deployment stopped: ${what} ${by}`, {
    advice:
      'Check the endpoint and the balance for gas, and deploy again. What was deployed is harmless and cannot be reused.',
    ...(cause instanceof ChainError ? {} : { cause }),
    details: { deployed }
  })
}
