import { afterAll, beforeAll, expect, it } from 'vitest'
import { readUsdcBalance } from '../lanes/token.ts'
import { devAccount, type SwarmChain, untilTheEnd as signal, startSwarmChain } from '../testing/index.ts'
import { mintedMock, mintMock } from './mint-mock.ts'

let chain: SwarmChain
beforeAll(async () => {
  chain = await startSwarmChain({ funded: 0 })
})
afterAll(() => chain?.stop())

const balance = (index: number) =>
  readUsdcBalance(chain.connection, chain.deployment.usdc, devAccount(index).address, signal)

it('gives the deployer something to try out with', async () => {
  await mintMock({ deployment: chain.deployment, sender: await chain.sender(devAccount(0)) }, signal)
  expect(await balance(0)).toBe(mintedMock)
})

it('gives nobody else anything, and says why', async () => {
  const sender = await chain.sender(devAccount(1))
  await expect(mintMock({ deployment: chain.deployment, sender }, signal)).rejects.toMatchObject({
    code: 'TX_REVERTED'
  })
  expect(await balance(1)).toBe(0n)
})

it('stops when told to, with nothing signed', async () => {
  const sender = await chain.sender(devAccount(0))
  const stopped = AbortSignal.abort(new Error('enough'))
  await expect(mintMock({ deployment: chain.deployment, sender }, stopped)).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(await balance(0)).toBe(mintedMock)
})
