import { microUsdc } from '@unhosted/core/units'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createChainConnection } from '../chain/connection.ts'
import type { Lane } from '../deal/index.ts'
import {
  devAccount,
  eventually,
  quickRpc,
  type SwarmChain,
  untilTheEnd as signal,
  slowMachine,
  startRpcProxy,
  startSwarmChain
} from '../testing/index.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { readUsdcBalance } from './token.ts'

vi.setConfig(slowMachine)

const [payer, provider, signer] = [devAccount(1), devAccount(2), devAccount(3)]
let chain: SwarmChain
let asPayer: Lanes
let asProvider: Lanes
let snapshot: unknown

const lanesOf = async (account: ReturnType<typeof devAccount>, connection = chain.connection) => {
  const sender = await chain.sender(account, {}, connection)
  return createLanes({ connection, deployment: chain.deployment, account, sender })
}
beforeAll(async () => {
  chain = await startSwarmChain()
})
afterAll(() => chain?.stop())
beforeEach(async () => {
  snapshot = await chain.rpc('evm_snapshot')
  asPayer = await lanesOf(payer)
  asProvider = await lanesOf(provider)
})
afterEach(() => chain.rpc('evm_revert', snapshot))

const usdc = (amount: bigint) => microUsdc(amount)
const opened = async (amount = 60n) => {
  await asPayer.depositWithAuthorization(usdc(100n), { signal })
  const terms = { provider: provider.address, signer: signer.address, closeWindow: 3600, amount: usdc(amount) }
  return asPayer.open(terms, { signal })
}
const free = async () => (await asPayer.account(payer.address, signal)).free

describe('a deposit', () => {
  it.each(['deposit', 'depositWithAuthorization'] as const)('by %s is free to use', async (how) => {
    await asPayer[how](usdc(90n), { signal })
    expect(await asPayer.account(payer.address, signal)).toEqual({ free: 90n, lanesOpened: 0n })
  })

  it.each(['deposit', 'depositWithAuthorization'] as const)('by %s under one name is made once', async (how) => {
    const first = await asPayer[how](usdc(90n), { signal, operation: 'first' })
    const again = await asPayer[how](usdc(90n), { signal, operation: 'first' })
    expect(again.transactionHash).toBe(first.transactionHash)
    expect(await free()).toBe(90n)
    await expect(asPayer[how](usdc(91n), { signal, operation: 'first' })).rejects.toMatchObject({
      code: 'TX_OPERATION_REUSED'
    })
  })

  it('above the balance says what is missing', async () => {
    const balance = await readUsdcBalance(chain.connection, chain.deployment.usdc, payer.address, signal)
    await expect(asPayer.deposit(usdc(balance + 7n), { signal })).rejects.toMatchObject({
      code: 'USDC_INSUFFICIENT',
      details: { missing: '7' },
      advice: expect.stringMatching(/\$0\.000007 USDC more/)
    })
  })
})

describe('a lane', () => {
  it('opens, takes more, and starts to close', async () => {
    const { lane, laneId } = await opened()
    expect(await asProvider.lane(laneId, 1, signal)).toEqual({
      status: 'open',
      funded: 60n,
      claimed: 0n,
      closesAt: null
    })
    expect(await asPayer.topUp(lane, usdc(40n), { signal })).toBe(100n)
    expect(await asProvider.lane(laneId, 1, signal)).toMatchObject({ funded: 100n })
    expect(await asProvider.lane(laneId, 2, signal)).toMatchObject({ funded: 60n })
    expect(await asProvider.lane(laneId, 3, signal)).toMatchObject({ status: 'unknown' })
    expect(await asProvider.lane(laneId, 10_000, signal)).toMatchObject({ status: 'unknown' })
    const closesAt = await asPayer.startClose(lane, { signal })
    expect(await asProvider.lane(laneId, 1, signal)).toMatchObject({ status: 'closing', closesAt })
  })

  it('closes when its window is over, by anyone', async () => {
    const { lane, laneId } = await opened()
    const closesAt = await asPayer.startClose(lane, { signal })
    await expect(asProvider.finishClose(lane, { signal })).rejects.toMatchObject({
      code: 'TX_REVERTED',
      message: expect.stringContaining(`may be finished at unix second ${closesAt}`),
      details: { error: 'CloseNotOver' }
    })
    await chain.rpc('evm_setNextBlockTimestamp', closesAt)
    await chain.rpc('evm_mine')
    expect(await asProvider.finishClose(lane, { signal })).toBe(60n)
    expect(await asProvider.lane(laneId, 1, signal)).toMatchObject({ status: 'closed', closesAt: null })
    expect(await free()).toBe(100n)
  })

  it('is released by its provider', async () => {
    const { lane } = await opened()
    expect(await asProvider.release(lane, { signal })).toBe(60n)
    await expect(asPayer.topUp(lane, usdc(1n), { signal })).rejects.toMatchObject({
      code: 'TX_REVERTED',
      details: { error: 'LaneNotOpen' }
    })
  })

  const openAgain = () =>
    asPayer.open(
      { provider: provider.address, signer: signer.address, closeWindow: 3600, amount: usdc(41n) },
      { signal }
    )
  it.each<[string, (lane: Lane) => Promise<unknown>, string, RegExp]>([
    [
      'opened beyond the deposit',
      openAgain,
      'InsufficientDeposit',
      /\$0\.00004 USDC of deposit that is free, not \$0\.000041 USDC/
    ],
    [
      'closed by its provider',
      (lane) => asProvider.startClose(lane, { signal }),
      'NotPayer',
      /is not the payer of lane/
    ],
    [
      'released by its payer',
      (lane) => asPayer.release(lane, { signal }),
      'NotProvider',
      /is not the provider of lane/
    ],
    [
      'emptied into the token',
      () => asPayer.withdrawDeposit(chain.deployment.usdc, usdc(1n), { signal }),
      'InvalidRecipient',
      /invalid recipient/
    ],
    [
      'paid out before it was earned',
      () => asProvider.withdrawEarnings(provider.address, usdc(1n), { signal }),
      'InsufficientEarnings',
      /has earned \$0\.00 USDC/
    ]
  ])('is not %s, and no transaction is sent', async (_, act, error, words) => {
    const { lane } = await opened(60n)
    const before = await chain.rpc('eth_blockNumber')
    await expect(act(lane)).rejects.toMatchObject({
      code: 'TX_REVERTED',
      details: { error },
      message: expect.stringMatching(words)
    })
    expect(await chain.rpc('eth_blockNumber')).toBe(before)
  })
})

describe('a transaction that is mined and refused', () => {
  it('says why, and may be sent again under the same name', async () => {
    await asPayer.depositWithAuthorization(usdc(100n), { signal })
    await chain.rpc('evm_setAutomine', false)
    // Anvil estimates on the pending block and would notice; other nodes do not.
    const proxy = await startRpcProxy(chain.rpcUrl)
    onTestFinished(async () => {
      await chain.rpc('evm_setAutomine', true)
      await proxy.stop()
    })
    proxy.treat((method) => (method === 'eth_estimateGas' ? { result: '0x20000' } : 'pass'))
    const connection = createChainConnection({ rpcUrl: proxy.url, chainId: 31_337, ...quickRpc })
    const hasty = await lanesOf(payer, connection)
    const both = [0, 1].map((index) =>
      hasty
        .withdrawDeposit(payer.address, usdc(100n), { signal, operation: `out ${index}` })
        .catch((error: unknown) => error)
    )
    const pool = () => chain.rpc('txpool_status') as Promise<{ pending: string }>
    await eventually(async () => expect((await pool()).pending).toBe('0x2'))
    await chain.rpc('evm_mine')
    const outcomes = await Promise.all(both)
    await chain.rpc('evm_setAutomine', true)
    const failures = outcomes.filter((outcome) => outcome instanceof Error)
    expect(failures).toMatchObject([
      {
        code: 'TX_REVERTED',
        message: expect.stringMatching(/has \$0\.00 USDC of deposit that is free, not \$0\.0001 USDC/)
      }
    ])
    await asPayer.depositWithAuthorization(usdc(100n), { signal })
    const failed = outcomes.findIndex((outcome) => outcome instanceof Error)
    const again = await hasty.withdrawDeposit(payer.address, usdc(100n), { signal, operation: `out ${failed}` })
    expect(again.status).toBe('success')
  })
})
