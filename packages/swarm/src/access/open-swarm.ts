import { readFile } from 'node:fs/promises'
import type { HomePaths } from '@unhosted/node/store'
import {
  deploySwarm,
  parseDeployment,
  type SwarmDeployment,
  swarmAddresses,
  usdcAddress,
  verifySwarm
} from '@unhosted/swarm-contracts'
import { type Address, isAddressEqual, type LocalAccount } from 'viem'
import { type ChainConnection, createChainConnection } from '../chain/index.ts'
import { BaseError } from '../errors/index.ts'
import { noChain, readChainFile } from './chain-file.ts'
import { type ClearText, showingAccount } from './clear-text.ts'

/** Which chain a command means; what is not given comes from the home folder. */
export interface ChainChoice {
  readonly rpcUrl?: string | undefined
  readonly chainId?: number | undefined
  /** A file that `unhosted swarm deploy` or `npm run chain` wrote. */
  readonly deploymentFile?: string | undefined
}

export interface OpenedSwarm {
  readonly rpcUrl: string
  readonly connection: ChainConnection
  readonly deployment: SwarmDeployment
}

/**
 * The chain and the contracts that a command works with. The contracts are checked byte by byte on the chain, every
 * time: the endpoint may be another one today.
 * @throws BaseError SWARM_CHAIN_UNKNOWN | SWARM_NOT_DEPLOYED | SWARM_TOKEN_FOREIGN | DEPLOYMENT_MALFORMED | DEPLOY_UNVERIFIED | CHAIN_WRONG_ID | CHAIN_UNREACHABLE
 */
export async function openSwarm(paths: HomePaths, choice: ChainChoice, signal: AbortSignal): Promise<OpenedSwarm> {
  const remembered = await readChainFile(paths)
  const given = choice.deploymentFile === undefined ? undefined : await readDeployment(choice.deploymentFile)
  const deployment = given ?? remembered?.deployment
  const rpcUrl = choice.rpcUrl ?? remembered?.rpcUrl
  if (rpcUrl === undefined) throw noChain()
  const chainId = choice.chainId ?? deployment?.chainId
  if (chainId === undefined) throw noChain()
  if (deployment === undefined || deployment.chainId !== chainId) {
    // Throws for every chain today: none has the contracts of this version.
    swarmAddresses(chainId)
    throw noChain()
  }
  checkToken(chainId, deployment.usdc)
  const connection = createChainConnection({ rpcUrl, chainId })
  await connection.checkChainId(signal)
  await connection.call('show its contracts', signal, (client) => verifySwarm(client, deployment))
  return { rpcUrl, connection, deployment }
}

/** Anyone can make a token that calls itself USD Coin: where Circle's is known, it is that one or none. */
function checkToken(chainId: number, usdc: Address | 'mock'): void {
  const circles = usdcAddress(chainId)
  if (circles === undefined || (usdc !== 'mock' && isAddressEqual(usdc, circles))) return
  throw new BaseError('SWARM_TOKEN_FOREIGN', `On chain ${chainId} USDC is ${circles}, and nothing else.`, {
    advice:
      'Take contracts that move this token. For a token that is worth nothing, take a chain of your own: npm run chain.'
  })
}

/** @throws BaseError USAGE | DEPLOYMENT_MALFORMED */
async function readDeployment(path: string): Promise<SwarmDeployment> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BaseError('USAGE', `The deployment file ${path} cannot be read.`, {
      advice: 'Name a file that unhosted swarm deploy or npm run chain has written.',
      cause
    })
  })
  return parseDeployment(text)
}

export interface DeployContractsOptions {
  readonly rpcUrl: string
  readonly chainId: number
  readonly account: LocalAccount
  /** `mock` for a token that is worth nothing; without it, Circle's USDC of that chain. */
  readonly usdc?: `0x${string}` | 'mock' | undefined
  /** micro-USDC */
  readonly disputeBond: bigint
  readonly signal: AbortSignal
  /** Before each signature. */
  readonly show: (text: ClearText) => void
  readonly onDeployed: (name: string, address: string) => void
}

/**
 * Deploy the contracts and check them on the chain.
 * @throws BaseError SWARM_NOT_DEPLOYED where no USDC is known on that chain and none is given; as `deploySwarm`
 */
export async function deployContracts(options: DeployContractsOptions): Promise<SwarmDeployment> {
  const { rpcUrl, chainId, disputeBond, signal, onDeployed } = options
  const account = showingAccount(options.account, null, options.show)
  const usdc = options.usdc ?? usdcAddress(chainId)
  if (usdc === undefined) {
    throw new BaseError('SWARM_NOT_DEPLOYED', `No USDC is known on chain ${chainId}.`, {
      advice: 'Name the token with --usdc ADDRESS, or take one that is worth nothing with --usdc mock.'
    })
  }
  checkToken(chainId, usdc)
  const connection = createChainConnection({ rpcUrl, chainId })
  await connection.checkChainId(signal)
  return deploySwarm({
    rpc: rpcUrl,
    chainId,
    account,
    usdc,
    disputeBond,
    pollingIntervalMs: 250,
    signal,
    onDeployed: ({ name, address }) => onDeployed(name, address)
  })
}
