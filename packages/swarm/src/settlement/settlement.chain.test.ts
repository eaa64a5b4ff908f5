import { microUsdc } from '@unhosted/core/units'
import { silentLog } from '@unhosted/node/log'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readUsdcBalance } from '../lanes/token.ts'
import {
  devAccount,
  eventually,
  quickPolicy,
  quickRpc,
  type SwarmChain,
  untilTheEnd as signal,
  slowMachine,
  startSwarmChain
} from '../testing/index.ts'
import { createVoucherBook } from '../vouchers/voucher-book.ts'
import { createProviderLanes } from './provider-lanes.ts'
import { createSettlement, type SettlementOptions } from './settlement.ts'

vi.setConfig(slowMachine)

const [payer, provider, signer, stranger] = [devAccount(1), devAccount(2), devAccount(3), devAccount(9)]
let chain: SwarmChain
beforeAll(async () => {
  chain = await startSwarmChain()
})
afterAll(() => chain?.stop())

async function settlementOf(account: SettlementOptions['account'], changes: Partial<SettlementOptions> = {}) {
  const { rpcUrl, deployment } = chain
  const folder = await chain.folder()
  const options = { rpcUrl, chainId: 31_337, deployment, account, folder, policy: quickPolicy, log: silentLog }
  return createSettlement({ ...options, ...quickRpc, ...changes })
}

describe('start', () => {
  it.each<[string, () => Partial<SettlementOptions>, string]>([
    ['the right chain and contracts', () => ({}), 'started'],
    ['another chain', () => ({ chainId: 1 }), 'CHAIN_WRONG_ID'],
    [
      'no contract at the address',
      () => ({ deployment: { ...chain.deployment, swarmLanes: stranger.address } }),
      'DEPLOY_UNVERIFIED'
    ],
    [
      'another contract at the address',
      () => ({ deployment: { ...chain.deployment, swarmLanes: chain.deployment.usdc } }),
      'DEPLOY_UNVERIFIED'
    ],
    [
      'a token that is none',
      () => ({ deployment: { ...chain.deployment, usdc: chain.deployment.swarmLanes } }),
      'DEPLOY_UNVERIFIED'
    ],
    ['a port that nobody listens on', () => ({ rpcUrl: 'http://127.0.0.1:1', retries: 0 }), 'CHAIN_UNREACHABLE']
  ])('on %s', async (_, changes, outcome) => {
    const settlement = await settlementOf(payer, changes())
    const found = await settlement.start(signal).then(
      () => 'started',
      (error: { code?: string }) => error.code
    )
    expect(found).toBe(outcome)
    await settlement.stop()
  })

  it('sees a transaction from before a stop through', async () => {
    const folder = await chain.folder()
    await chain.rpc('evm_setAutomine', false)
    const before = await settlementOf(payer, { folder })
    const deposit = before.lanes.depositWithAuthorization(microUsdc(3n), { signal, operation: 'early' })
    const cancelled = expect(deposit).rejects.toMatchObject({ code: 'CANCELLED' })
    await eventually(async () => expect(await chain.rpc('txpool_status')).toMatchObject({ pending: '0x1' }))
    await before.stop()
    await cancelled
    await chain.rpc('evm_setAutomine', true)
    await chain.rpc('evm_mine')
    const after = await settlementOf(payer, { folder })
    await after.start(signal)
    const receipt = await after.lanes.depositWithAuthorization(microUsdc(3n), { signal, operation: 'early' })
    expect(receipt.status).toBe('success')
    expect((await after.lanes.account(payer.address, signal)).free).toBe(3n)
    await after.lanes.withdrawDeposit(payer.address, microUsdc(3n), { signal })
    await after.stop()
  })
})

describe('a lane from end to end', () => {
  it('deposit, open, sign, accept, close, claim in time, withdraw', async () => {
    const { deployment } = chain
    const requester = await settlementOf(payer)
    const earner = await settlementOf(provider)
    const closing: string[] = []
    const { connection, claims } = earner
    const lanes = await createProviderLanes({
      connection,
      deployment,
      claims,
      provider: provider.address,
      folder: await chain.folder(),
      onClosing: (laneId) => closing.push(laneId),
      log: silentLog,
      pollMs: 20,
      freshMs: 0
    })
    await lanes.start(signal)

    await requester.lanes.depositWithAuthorization(microUsdc(5_000_000n), { signal })
    const terms = {
      provider: provider.address,
      signer: signer.address,
      closeWindow: 3600,
      amount: microUsdc(1_000_000n)
    }
    const { lane, laneId } = await requester.lanes.open(terms, { signal })
    const book = createVoucherBook({ deployment, account: signer, folder: await chain.folder() })
    await book.begin(lane, signal)
    const ledgerHead = `0x${'ab'.repeat(32)}` as const
    for (const cumulative of [microUsdc(250_000n), microUsdc(700_000n)]) {
      const state = await requester.lanes.lane(laneId, 1, signal)
      const voucher = await book.sign(laneId, state, () => ({ cumulative, ledgerHead }), signal)
      expect((await lanes.accept(lane, voucher, signal)).laneId).toBe(laneId)
    }
    expect(await lanes.claimAll(signal)).toMatchObject([{ status: 'claimed', amount: 700_000n }])

    const last = { cumulative: microUsdc(800_000n), ledgerHead }
    const voucher = await book.sign(laneId, await requester.lanes.lane(laneId, 1, signal), () => last, signal)
    await lanes.accept(lane, voucher, signal)
    const closesAt = await requester.lanes.startClose(lane, { signal })
    await eventually(() => expect(closing).toEqual([laneId]))
    await eventually(async () => expect(await earner.lanes.earnings(provider.address, signal)).toBe(800_000n))

    await chain.rpc('evm_setNextBlockTimestamp', closesAt)
    await chain.rpc('evm_mine')
    expect(await requester.lanes.finishClose(lane, { signal })).toBe(200_000n)
    await eventually(() => expect(lanes.held()).toEqual([]))
    await earner.lanes.withdrawEarnings(stranger.address, microUsdc(800_000n), { signal })
    await requester.lanes.withdrawDeposit(stranger.address, microUsdc(4_200_000n), { signal })
    expect(await readUsdcBalance(connection, deployment.usdc, stranger.address, signal)).toBe(5_000_000n)
    for (const each of [lanes, requester, earner]) await each.stop()
  })

  it('a provider that comes back finds out that a lane closes', async () => {
    const { deployment } = chain
    const requester = await settlementOf(payer)
    const earner = await settlementOf(provider)
    const folder = await chain.folder()
    const closing: string[] = []
    const providerLanes = () =>
      createProviderLanes({
        connection: earner.connection,
        deployment,
        claims: earner.claims,
        provider: provider.address,
        folder,
        onClosing: (laneId) => closing.push(laneId),
        log: silentLog,
        pollMs: 20
      })
    await requester.lanes.depositWithAuthorization(microUsdc(1_000n), { signal })
    const terms = { provider: provider.address, signer: signer.address, closeWindow: 3600, amount: microUsdc(1_000n) }
    const { lane, laneId } = await requester.lanes.open(terms, { signal })
    const book = createVoucherBook({ deployment, account: signer, folder: await chain.folder() })
    await book.begin(lane, signal)
    const promised = { cumulative: microUsdc(600n), ledgerHead: `0x${'ab'.repeat(32)}` } as const
    const voucher = await book.sign(laneId, await requester.lanes.lane(laneId, 1, signal), () => promised, signal)
    const before = await providerLanes()
    await before.start(signal)
    await before.accept(lane, voucher, signal)
    await before.stop()
    await requester.lanes.startClose(lane, { signal })

    const earned = await earner.lanes.earnings(provider.address, signal)
    const after = await providerLanes()
    await after.start(signal)
    await eventually(() => expect(closing).toContain(laneId))
    await eventually(async () => expect(await earner.lanes.earnings(provider.address, signal)).toBe(earned + 600n))
    for (const each of [after, requester, earner]) await each.stop()
  })
})
