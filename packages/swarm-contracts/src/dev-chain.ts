import { createTestClient, type Hex, http, publicActions, toHex, walletActions } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { devChainId } from './addresses.ts'
import { startAnvil } from './anvil.ts'
import { deploySwarm } from './deploy.ts'
import type { DevChainFile } from './deployment.ts'
import { mockUsdcAbi } from './generated/mock-usdc.ts'

/** What anvil, hardhat and others hand out: public knowledge, so worth nothing anywhere. */
const mnemonic = 'test test test test test test test test test test test junk'
const accountCount = 10

export interface DevChainOptions {
  /** TCP port on loopback; 0 for any that is free. */
  readonly port: number
  /** Mine a block every so many seconds; otherwise each transaction gets one at once. */
  readonly blockTimeSeconds?: number
  /** What a challenger deposits to open a dispute, micro-USDC. Default: 5 USDC. */
  readonly disputeBond?: bigint
  /** What each account gets, micro-USDC. Default: 1,000,000 USDC. */
  readonly funds?: bigint
  readonly signal?: AbortSignal
}

export interface DevChain extends DevChainFile {
  /** Resolves when the chain is gone, whoever ended it. */
  readonly exited: Promise<void>
  /** Ends the chain and waits until it is gone. May be called twice. */
  stop(): Promise<void>
}

/**
 * Start anvil on loopback with MockUSDC, SwarmLanes and ProviderStake deployed, and accounts that have ether and USDC.
 * Addresses are the same each time. Account 0 deploys, owns the token and mints it.
 * @throws BaseError FOUNDRY_MISSING, DEV_CHAIN_FAILED
 */
export async function startDevChain(options: DevChainOptions): Promise<DevChain> {
  const { port, signal, blockTimeSeconds, disputeBond = 5_000_000n, funds = 1_000_000_000_000n } = options
  const { rpc, exited, stop } = await startAnvil({ port, chainId: devChainId, ...(signal && { signal }) })
  try {
    const deployer = developmentAccount(0).account
    const deployment = await deploySwarm({
      rpc,
      chainId: devChainId,
      account: deployer,
      usdc: 'mock',
      disputeBond,
      pollingIntervalMs: 20,
      ...(signal && { signal })
    })
    const accounts = Array.from({ length: accountCount }, (_, index) => developmentAccount(index))
    const client = createTestClient({ mode: 'anvil', transport: http(rpc) })
      .extend(publicActions)
      .extend(walletActions)
    const mock = { address: deployment.usdc, abi: mockUsdcAbi, account: deployer, chain: null } as const
    for (const { account: to } of accounts) {
      await client.writeContract({ ...mock, functionName: 'mint', args: [to.address, funds] })
    }
    if (blockTimeSeconds !== undefined) await client.setIntervalMining({ interval: blockTimeSeconds })
    const keys = accounts.map(({ account: { address }, privateKey }) => ({ address, privateKey }))
    return { ...deployment, rpc, accounts: keys, exited, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function developmentAccount(addressIndex: number) {
  const account = mnemonicToAccount(mnemonic, { addressIndex })
  const key = account.getHdKey().privateKey
  if (key === null) throw new Error(`no key for development account ${addressIndex}`)
  return { account, privateKey: toHex(key) satisfies Hex }
}
