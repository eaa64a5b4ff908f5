import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '@unhosted/node/log'
import { deploySwarm, mockUsdcAbi, type SwarmDeployment } from '@unhosted/swarm-contracts'
import { type Address, encodeFunctionData, type LocalAccount } from 'viem'
import {
  type AccountSender,
  type ChainConnection,
  createAccountSender,
  createChainConnection,
  defaultSendPolicy,
  type SendPolicy
} from '../chain/index.ts'
import { devAccount, startTestChain, type TestChain } from './test-chain.ts'

/** Quick where production is patient. */
export const quickPolicy: SendPolicy = { ...defaultSendPolicy, pollMs: 20, stuckAfterMs: 150, patienceMs: 10_000 }
export const quickRpc = { timeoutMs: 2_000, retries: 2, retryDelayMs: 20 } as const

export const untilTheEnd: AbortSignal = new AbortController().signal

export interface SwarmChain extends TestChain {
  readonly deployment: SwarmDeployment
  readonly connection: ChainConnection
  /** A folder of its own for each sender: nobody finds another's journal. */
  sender(account: LocalAccount, policy?: Partial<SendPolicy>, over?: ChainConnection): Promise<AccountSender>
  folder(): Promise<string>
}

/** Anvil with the contracts, and a million mock USDC for each of the first `funded` accounts; account 0 deployed them. */
export async function startSwarmChain(
  options: Parameters<typeof startTestChain>[0] & { readonly funded?: number } = {}
): Promise<SwarmChain> {
  const chain = await startTestChain(options)
  const chainId = options.chainId ?? 31_337
  try {
    const deployment = await deploySwarm({
      rpc: chain.rpcUrl,
      chainId,
      account: devAccount(0),
      usdc: 'mock',
      disputeBond: 5_000_000n,
      pollingIntervalMs: 20
    })
    await fund(chain, deployment.usdc, options.funded ?? 4)
    return withSwarm(chain, chainId, deployment)
  } catch (error) {
    await chain.stop('hard')
    throw error
  }
}

/** What tests want of a chain on which the contracts are. */
function withSwarm(chain: TestChain, chainId: number, deployment: SwarmDeployment): SwarmChain {
  const folders: string[] = []
  const connection = createChainConnection({ rpcUrl: chain.rpcUrl, chainId, ...quickRpc })
  const folder = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'unhosted-swarm-'))
    folders.push(made)
    return made
  }
  return {
    ...chain,
    deployment,
    connection,
    folder,
    sender: async (account, policy = {}, over = connection) =>
      createAccountSender({
        connection: over,
        account,
        folder: await folder(),
        policy: { ...quickPolicy, ...policy },
        log: silentLog
      }),
    async stop(how) {
      await chain.stop(how)
      for (const made of folders.splice(0)) await rm(made, { recursive: true, force: true })
    }
  }
}

async function fund(chain: TestChain, usdc: Address, accounts: number): Promise<void> {
  const from = devAccount(0).address
  const send = (data: string) => chain.rpc('eth_sendTransaction', { from, to: usdc, data })
  for (let index = 0; index < accounts; index += 1) {
    const args = [devAccount(index).address, 1_000_000_000_000n] as const
    await send(encodeFunctionData({ abi: mockUsdcAbi, functionName: 'mint', args }))
  }
}
