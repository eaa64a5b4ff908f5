import { readdir } from 'node:fs/promises'
import { microUsdc } from '@unhosted/core/units'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createChainConnection } from '../chain/connection.ts'
import { dealDeployment } from '../chain/deal-deployment.ts'
import { laneId as idOf, type Lane } from '../deal/index.ts'
import { createLanes, type Lanes } from '../lanes/lanes.ts'
import {
  devAccount,
  laneWith,
  quickRpc,
  type RpcProxy,
  type SwarmChain,
  untilTheEnd as signal,
  slowMachine,
  startRpcProxy,
  startSwarmChain,
  voucherOn
} from '../testing/index.ts'
import { openVoucherInbox } from './voucher-inbox.ts'

vi.setConfig(slowMachine)

const [payer, provider, signer] = [devAccount(1), devAccount(2), devAccount(3)]
let chain: SwarmChain
let proxy: RpcProxy
let lanes: Lanes
let snapshot: unknown

beforeAll(async () => {
  chain = await startSwarmChain()
  proxy = await startRpcProxy(chain.rpcUrl)
  const { connection, deployment } = chain
  lanes = createLanes({ connection, deployment, account: payer, sender: await chain.sender(payer) })
  await lanes.depositWithAuthorization(microUsdc(900_000_000n), { signal })
})
afterAll(async () => {
  await proxy?.stop()
  await chain?.stop()
})
beforeEach(async () => {
  proxy.treat(() => 'pass')
  snapshot = await chain.rpc('evm_snapshot')
})
afterEach(() => chain.rpc('evm_revert', snapshot))

const opened = (amount: bigint) =>
  lanes.open(
    { provider: provider.address, signer: signer.address, closeWindow: 3600, amount: microUsdc(amount) },
    { signal }
  )
const connection = () => createChainConnection({ rpcUrl: proxy.url, chainId: 31_337, ...quickRpc })
const inboxIn = async (folder: string, freshMs?: number) =>
  openVoucherInbox({
    connection: connection(),
    deployment: chain.deployment,
    provider: provider.address,
    folder,
    ...(freshMs === undefined ? {} : { freshMs })
  })
const voucher = (lane: Lane, cumulative: bigint) =>
  voucherOn(lane, cumulative, { deployment: dealDeployment(chain.deployment) })
const reads = () => proxy.heard.filter((method) => method === 'eth_call').length

describe('an inbox of vouchers', () => {
  it('keeps the best of each lane, over a restart', async () => {
    const [first, second] = [await opened(1_000n), await opened(2_000n)]
    const folder = await chain.folder()
    const inbox = await inboxIn(folder)
    expect(await inbox.accept(first.lane, await voucher(first.lane, 300n), signal)).toMatchObject({ added: 300n })
    expect(await inbox.accept(first.lane, await voucher(first.lane, 1_000n), signal)).toMatchObject({ added: 700n })
    await inbox.accept(second.lane, await voucher(second.lane, 5n), signal)
    const again = await inboxIn(folder)
    const sums = again.held().map(({ voucher: { object } }) => Number(object.cumulative))
    expect(sums.toSorted((a, b) => a - b)).toEqual([5, 1_000])
    await expect(again.accept(first.lane, await voucher(first.lane, 999n), signal)).rejects.toMatchObject({
      code: 'VOUCHER_NOT_HIGHER'
    })
    await again.drop(first.laneId)
    expect((await inboxIn(folder)).held()).toHaveLength(1)
    // Not thrown away: that the lane is closed is what the endpoint said.
    const kept = (await readdir(folder)).filter((name) => name.startsWith('closed-'))
    expect(kept).toEqual([expect.stringContaining(first.laneId)])
  })

  it('takes vouchers of one lane in turn, however they arrive', async () => {
    const { lane } = await opened(1_000n)
    const inbox = await inboxIn(await chain.folder())
    const sums = [10n, 20n, 30n, 40n]
    const accepted = await Promise.all(
      sums.map(async (sum) => inbox.accept(lane, await voucher(lane, sum), signal).catch(() => null))
    )
    expect(accepted.reduce((sum, each) => sum + (each?.added ?? 0n), 0n)).toBe(
      inbox.held()[0]?.voucher.object.cumulative
    )
  })

  it('waits for as many blocks as the sum asks for, and reads the funding itself', async () => {
    const { lane } = await opened(5_000_000n)
    const inbox = await inboxIn(await chain.folder(), 0)
    await inbox.accept(lane, await voucher(lane, 1_000_000n), signal)
    await expect(inbox.accept(lane, await voucher(lane, 1_000_001n), signal)).rejects.toMatchObject({
      code: 'VOUCHER_LANE_UNKNOWN'
    })
    await chain.rpc('anvil_mine', '0x2')
    await inbox.accept(lane, await voucher(lane, 1_000_001n), signal)
  })

  it('does not trust a top-up before it is confirmed', async () => {
    const { lane } = await opened(2_000_000n)
    await chain.rpc('anvil_mine', '0x3')
    await lanes.topUp(lane, microUsdc(3_000_000n), { signal })
    const inbox = await inboxIn(await chain.folder(), 0)
    const high = await voucher(lane, 4_000_000n)
    await expect(inbox.accept(lane, high, signal)).rejects.toMatchObject({
      code: 'VOUCHER_ABOVE_FUNDING',
      details: { funded: '2000000' }
    })
    await chain.rpc('anvil_mine', '0x2')
    expect(await inbox.accept(lane, high, signal)).toMatchObject({ added: 4_000_000n })
  })

  it('refuses a lane that started to close, in the same block', async () => {
    const { lane, laneId } = await opened(1_000n)
    const inbox = await inboxIn(await chain.folder())
    await inbox.accept(lane, await voucher(lane, 1n), signal)
    await lanes.startClose(lane, { signal })
    inbox.forget(laneId)
    await expect(inbox.accept(lane, await voucher(lane, 2n), signal)).rejects.toMatchObject({
      code: 'VOUCHER_LANE_CLOSING'
    })
    expect(inbox.held()[0]?.voucher.object.cumulative).toBe(1n)
  })

  it('asks the chain once for many vouchers of a lane, and not at all for paper', async () => {
    const { lane } = await opened(1_000n)
    const inbox = await inboxIn(await chain.folder())
    proxy.treat(() => 'pass')
    for (const sum of [1n, 2n, 3n, 4n]) await inbox.accept(lane, await voucher(lane, sum), signal)
    expect(reads()).toBe(2)
    const forged = await voucherOn(lane, 50n, { signer: devAccount(5), deployment: dealDeployment(chain.deployment) })
    await expect(inbox.accept(lane, forged, signal)).rejects.toMatchObject({ code: 'VOUCHER_WRONG_PARTY' })
    for (const sum of [2_000n, 2_001n, 2_002n]) {
      await expect(inbox.accept(lane, await voucher(lane, sum), signal)).rejects.toMatchObject({
        code: 'VOUCHER_ABOVE_FUNDING'
      })
    }
    expect(reads()).toBeLessThanOrEqual(4)
  })

  it('takes nothing while the chain cannot be asked', async () => {
    const { lane } = await opened(1_000n)
    const inbox = await inboxIn(await chain.folder())
    proxy.treat(() => 'drop')
    await expect(inbox.accept(lane, await voucher(lane, 1n), signal)).rejects.toMatchObject({
      code: 'CHAIN_UNREACHABLE'
    })
    expect(inbox.held()).toEqual([])
  })

  it('refuses what does not parse', async () => {
    const inbox = await inboxIn(await chain.folder())
    const lane = laneWith()
    const good = await voucher(lane, 1n)
    await expect(inbox.accept(lane, { ...good, signature: '0x12' }, signal)).rejects.toMatchObject({
      code: 'DEAL_MALFORMED'
    })
    await expect(inbox.accept({ ...lane, closeWindow: -1 }, good, signal)).rejects.toMatchObject({
      code: 'DEAL_MALFORMED'
    })
    expect(idOf(lane)).toBe(good.object.laneId)
  })
})
