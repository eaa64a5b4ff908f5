import { microUsdc, picoUsdc } from '@unhosted/core/units'
import type { LocalAccount } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { dealDeployment, lowerCase } from '../chain/deal-deployment.ts'
import { signDeal } from '../chain/signatures.ts'
import {
  arbiterSet,
  type ChunkReceipt,
  type Job,
  jobId,
  type Lane,
  laneId,
  type Panel,
  type Quote,
  structHash
} from '../deal/index.ts'
import { readUsdcBalance } from '../lanes/token.ts'
import {
  devAccount,
  head,
  laneWith,
  type SwarmChain,
  untilTheEnd as signal,
  slowMachine,
  startSwarmChain
} from '../testing/index.ts'
import { createDisputes, type Disputes } from './disputes.ts'
import { createStakes, type Stakes } from './stakes.ts'

vi.setConfig(slowMachine)

const [payer, provider, signer] = [devAccount(1), devAccount(2), devAccount(3)]
const [jobKey, stranger, arbiter] = [devAccount(4), devAccount(5), devAccount(6)]
// Only the requester's side opens disputes: here, the key that signed the job.
const challenger = signer
const panel: Panel = { arbiters: [lowerCase(arbiter.address)], threshold: 1 }
const peerIdHash = head('aa')
let chain: SwarmChain
let stakes: Stakes
let disputes: Disputes
let snapshot: unknown
let now: number

beforeAll(async () => {
  chain = await startSwarmChain({ funded: 7 })
})
afterAll(() => chain?.stop())
beforeEach(async () => {
  snapshot = await chain.rpc('evm_snapshot')
  const { connection, deployment } = chain
  stakes = createStakes({ connection, deployment, sender: await chain.sender(provider) })
  disputes = createDisputes({ connection, deployment, sender: await chain.sender(challenger) })
  const block = (await chain.rpc('eth_getBlockByNumber', 'latest', false)) as { timestamp: string }
  now = Number(block.timestamp)
  await stakes.stake(microUsdc(10_000_000n), { signal })
  await stakes.setJobKey(jobKey, peerIdHash, { signal })
})
afterEach(() => chain.rpc('evm_revert', snapshot))

const sign = async <K extends 'Quote' | 'Job' | 'ChunkReceipt' | 'Verdict'>(
  kind: K,
  object: Parameters<typeof signDeal<K>>[2],
  by: LocalAccount
) => ({ object, signature: await signDeal(by, kind, object, dealDeployment(chain.deployment)) })

/** A lane, a quote, a job and a receipt that fit together. */
function deal(): { lane: Lane; quote: Quote; job: Job; receipt: ChunkReceipt } {
  const lane = laneWith()
  const quote: Quote = {
    provider: lane.provider,
    peerIdHash,
    modelId: head('bb'),
    inPico: picoUsdc(100_000n),
    outPico: picoUsdc(400_000n),
    cachedPico: picoUsdc(10_000n),
    maxCtx: 4096,
    chunkTokens: 64,
    arbiterSet: arbiterSet(panel),
    atRisk: microUsdc(4_000_000n),
    validUntil: now + 600,
    nonce: head('cc')
  }
  const job: Job = {
    jobId: jobId(laneId(lane), head('dd'), head('ee')),
    laneId: laneId(lane),
    quoteHash: structHash('Quote', quote),
    requestCommit: head('ee'),
    maxCharge: picoUsdc(1_000_000_000_000n),
    maxOut: 256,
    deadline: now + 600,
    attempt: 0
  }
  const receipt: ChunkReceipt = {
    jobHash: structHash('Job', job),
    seq: 0,
    prev: `0x${'00'.repeat(32)}`,
    leafRoot: head('11'),
    inTokens: 10,
    cachedTokens: 0,
    outTokens: 64,
    chargedPico: picoUsdc(26_600_000n),
    signedAt: now,
    finish: 0
  }
  return { lane, quote, job, receipt }
}

async function evidence() {
  const { lane, quote, job, receipt } = deal()
  return {
    lane,
    quote: await sign('Quote', quote, jobKey),
    job: await sign('Job', job, signer),
    receipt: await sign('ChunkReceipt', receipt, jobKey)
  }
}

describe('a stake', () => {
  it('is there with its job key, and leaves after its time', async () => {
    expect(await stakes.stakeOf(provider.address, signal)).toEqual({
      amount: 10_000_000n,
      liable: 10_000_000n,
      openDisputes: 0,
      leaving: null,
      jobKey: lowerCase(jobKey.address),
      peerIdHash
    })
    expect(await stakes.providerOf(jobKey.address, signal)).toBe(lowerCase(provider.address))
    expect(await stakes.providerOf(payer.address, signal)).toBeNull()
    const from = await stakes.startUnstake(microUsdc(3_000_000n), { signal })
    expect(await stakes.stakeOf(provider.address, signal)).toMatchObject({
      liable: 7_000_000n,
      leaving: { amount: 3_000_000n, from }
    })
    await expect(stakes.finishUnstake(payer.address, { signal })).rejects.toMatchObject({
      code: 'TX_REVERTED',
      details: { error: 'UnstakeNotOver', args: { leavesAt: String(from) } }
    })
    await chain.rpc('evm_setNextBlockTimestamp', from)
    await chain.rpc('evm_mine')
    const balance = () => readUsdcBalance(chain.connection, chain.deployment.usdc, payer.address, signal)
    const before = await balance()
    await stakes.finishUnstake(payer.address, { signal })
    expect((await balance()) - before).toBe(3_000_000n)
  })

  it('takes only a job key that consents', async () => {
    const other = createStakes({
      connection: chain.connection,
      deployment: chain.deployment,
      sender: await chain.sender(stranger)
    })
    await expect(other.setJobKey(jobKey, peerIdHash, { signal })).rejects.toMatchObject({
      code: 'TX_REVERTED',
      details: { error: 'JobKeyTaken' }
    })
  })
})

describe('a dispute', () => {
  it('that the panel finds guilty takes stake, refunds and rewards', async () => {
    const { disputeId, atRisk, decidesBy } = await disputes.open(await evidence(), panel, head('22'), { signal })
    expect(atRisk).toBe(4_000_000n)
    expect(disputeId).toBe(structHash('Job', deal().job))
    expect(await disputes.disputeOf(disputeId, signal)).toMatchObject({
      status: 'open',
      provider: lowerCase(provider.address),
      challenger: lowerCase(challenger.address),
      requester: lowerCase(payer.address),
      decidesBy,
      atRisk
    })
    expect(await stakes.stakeOf(provider.address, signal)).toMatchObject({ openDisputes: 1 })
    const verdict = { disputeId, guilty: true, refund: microUsdc(20n), evidenceRoot: head('33') }
    const { signature } = await sign('Verdict', verdict, arbiter)
    await disputes.resolve(verdict, panel, [signature], { signal })
    expect(await disputes.disputeOf(disputeId, signal)).toMatchObject({ status: 'guilty' })
    expect(await stakes.credit(payer.address, signal)).toBe(20n)
    const credit = await stakes.credit(challenger.address, signal)
    expect(credit).toBeGreaterThan(chain.deployment.disputeBond)
    const challengers = createStakes({
      connection: chain.connection,
      deployment: chain.deployment,
      sender: await chain.sender(challenger)
    })
    await challengers.withdrawCredit(challenger.address, credit, { signal })
    expect(await stakes.credit(challenger.address, signal)).toBe(0n)
  })

  it('is opened by nobody but the requester', async () => {
    const { connection, deployment } = chain
    const others = createDisputes({ connection, deployment, sender: await chain.sender(stranger) })
    await expect(others.open(await evidence(), panel, head('22'), { signal })).rejects.toMatchObject({
      code: 'TX_REVERTED',
      details: { error: 'NotRequester' }
    })
  })

  it('on which the panel is silent ends without guilt', async () => {
    const { disputeId, decidesBy } = await disputes.open(await evidence(), panel, head('22'), { signal })
    await expect(disputes.expire(disputeId, { signal })).rejects.toMatchObject({ details: { error: 'VerdictNotDue' } })
    await chain.rpc('evm_setNextBlockTimestamp', decidesBy + 1)
    await chain.rpc('evm_mine')
    await disputes.expire(disputeId, { signal })
    expect(await disputes.disputeOf(disputeId, signal)).toMatchObject({ status: 'not-guilty' })
    expect(await stakes.stakeOf(provider.address, signal)).toMatchObject({ openDisputes: 0 })
  })

  it('with evidence that does not hold together is refused in words', async () => {
    const good = await evidence()
    const forged = { ...good, job: await sign('Job', good.job.object, stranger) }
    await expect(disputes.open(forged, panel, head('22'), { signal })).rejects.toMatchObject({
      code: 'TX_REVERTED',
      details: { error: 'WrongSigner' },
      message: expect.stringMatching(/wrong signer: what \w+/)
    })
    expect(await disputes.disputeOf(structHash('Job', good.job.object), signal)).toMatchObject({
      status: 'none',
      provider: null
    })
  })
})

describe('a slash', () => {
  it('takes the stake for two receipts that contradict each other', async () => {
    const { lane, job, receipt } = deal()
    const first = await sign('ChunkReceipt', receipt, jobKey)
    const second = await sign('ChunkReceipt', { ...receipt, leafRoot: head('99') }, jobKey)
    const { slashed, refund, reward, burned } = await disputes.slashEquivocation(
      { lane, job, first, second },
      { signal }
    )
    expect(slashed).toBe(10_000_000n)
    expect(refund + reward + burned).toBe(slashed)
    expect(refund).toBe(26n)
    expect(await stakes.stakeOf(provider.address, signal)).toMatchObject({ amount: 0n })
  })

  it('takes the stake for a charge above the quote, and nothing for a fair one', async () => {
    const { lane, quote, job, receipt } = deal()
    const fair = {
      lane,
      quote: await sign('Quote', quote, jobKey),
      job,
      receipt: await sign('ChunkReceipt', receipt, jobKey)
    }
    await expect(disputes.slashOvercharge(fair, { signal })).rejects.toMatchObject({
      details: { error: 'NoOvercharge' }
    })
    const dear = { ...receipt, chargedPico: picoUsdc(receipt.chargedPico + 1n) }
    const proof = { ...fair, receipt: await sign('ChunkReceipt', dear, jobKey) }
    expect((await disputes.slashOvercharge(proof, { signal })).slashed).toBe(10_000_000n)
  })
})
