import { once } from 'node:events'
import { createServer } from 'node:net'
import { createPublicClient, http } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterEach, expect, it } from 'vitest'
import { type DevChain, startDevChain } from './dev-chain.ts'
import { mockUsdcAbi } from './generated/mock-usdc.ts'

let chain: DevChain | undefined
afterEach(() => chain?.stop())

it('has the contracts at the same addresses each time, and accounts with ether and USDC', async () => {
  chain = await startDevChain({ port: 0, funds: 7_000_000n })
  expect(chain).toMatchObject({
    chainId: 31_337,
    usdc: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
    swarmLanes: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
    providerStake: '0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0'
  })
  const client = createPublicClient({ transport: http(chain.rpc) })
  expect(chain.accounts).toHaveLength(10)
  for (const { address, privateKey } of chain.accounts) {
    expect(privateKeyToAddress(privateKey)).toBe(address)
    const usdc = { address: chain.usdc, abi: mockUsdcAbi } as const
    expect(await client.readContract({ ...usdc, functionName: 'balanceOf', args: [address] })).toBe(7_000_000n)
    expect(await client.getBalance({ address })).toBeGreaterThan(9_999n * 10n ** 18n)
  }
})

it('is gone after stop, also when stopped twice', async () => {
  chain = await startDevChain({ port: 0 })
  await Promise.all([chain.stop(), chain.stop()])
  await chain.exited
  await expect(fetch(chain.rpc)).rejects.toThrow('fetch failed')
})

it('says so when the port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await expect(startDevChain({ port })).rejects.toMatchObject({
      code: 'DEV_CHAIN_FAILED',
      message: expect.stringContaining('in use'),
      advice: expect.stringContaining('--port')
    })
  } finally {
    server.close()
  }
})

it('does not start when told to stop, and stops when told so while it starts', async () => {
  const reason = new Error('enough')
  await expect(startDevChain({ port: 0, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const stopping = new AbortController()
  const starting = startDevChain({ port: 0, signal: stopping.signal })
  stopping.abort(reason)
  await expect(starting).rejects.toBe(reason)
})
