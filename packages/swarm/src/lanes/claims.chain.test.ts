import { microUsdc } from '@unhosted/core/units'
import { silentLog } from '@unhosted/node/log'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAccountSender } from '../chain/account-sender.ts'
import { createChainConnection } from '../chain/connection.ts'
import { dealDeployment } from '../chain/deal-deployment.ts'
import type { Lane } from '../deal/index.ts'
import {
  devAccount,
  eventually,
  laneWith,
  quickPolicy,
  quickRpc,
  type RpcProxy,
  type SwarmChain,
  untilTheEnd as signal,
  slowMachine,
  startRpcProxy,
  startSwarmChain,
  voucherOn
} from '../testing/index.ts'
import { createClaims } from './claims.ts'
import { createLanes, type Lanes, type OpenedLane } from './lanes.ts'

vi.setConfig(slowMachine)

const [payer, provider, signer] = [devAccount(1), devAccount(2), devAccount(3)]
let chain: SwarmChain
let proxy: RpcProxy
let asPayer: Lanes
let asProvider: Lanes
let opened: OpenedLane[]
let snapshot: unknown

beforeAll(async () => {
  chain = await startSwarmChain()
  proxy = await startRpcProxy(chain.rpcUrl)
  const { connection, deployment } = chain
  asPayer = createLanes({ connection, deployment, account: payer, sender: await chain.sender(payer) })
  asProvider = createLanes({ connection, deployment, account: provider, sender: await chain.sender(provider) })
  await asPayer.depositWithAuthorization(microUsdc(10_000n), { signal })
  opened = []
  const terms = { provider: provider.address, signer: signer.address, closeWindow: 3600, amount: microUsdc(1_000n) }
  for (let count = 0; count < 5; count += 1) opened.push(await asPayer.open(terms, { signal }))
})
afterAll(async () => {
  await proxy?.stop()
  await chain?.stop()
})
beforeEach(async () => {
  proxy.treat(() => 'pass')
  snapshot = await chain.rpc('evm_snapshot')
})
afterEach(async () => {
  await chain.rpc('evm_setAutomine', true)
  await chain.rpc('evm_revert', snapshot)
})

const lane = (index: number): Lane => opened[index]?.lane ?? laneWith()
const row = async (of: Lane, cumulative: bigint, by = signer) => ({
  lane: of,
  voucher: await voucherOn(of, cumulative, { signer: by, deployment: dealDeployment(chain.deployment) })
})
/** Claims over the proxy; anyone may send them. */
async function claimsWith(rowsPerTransaction = 40, folder?: string) {
  const connection = createChainConnection({ rpcUrl: proxy.url, chainId: 31_337, ...quickRpc })
  const sender = createAccountSender({
    connection,
    account: devAccount(8),
    folder: folder ?? (await chain.folder()),
    policy: quickPolicy,
    log: silentLog
  })
  return createClaims({ connection, deployment: chain.deployment, sender, rowsPerTransaction })
}
const earned = () => asProvider.earnings(provider.address, signal)
const pending = async () => ((await chain.rpc('txpool_status')) as { pending: string }).pending
const sent = () => proxy.heard.filter((method) => method === 'eth_sendRawTransaction').length

describe('claims', () => {
  it('tells what became of each row, and one bad row harms no other', async () => {
    await asPayer.startClose(lane(3), { signal })
    await asProvider.release(lane(4), { signal })
    const rows = [
      await row(lane(0), 100n),
      await row(lane(1), 1_001n),
      await row(laneWith({ nonce: 99n }), 5n),
      await row(lane(2), 200n, devAccount(7)),
      await row(lane(3), 300n),
      await row(lane(4), 400n),
      await row(lane(0), 50n)
    ]
    const outcomes = await (await claimsWith()).claim(rows, signal)
    expect(outcomes).toMatchObject([
      { status: 'claimed', amount: 100n },
      { status: 'skipped', reason: 'AboveFunding', hash: null },
      { status: 'skipped', reason: 'UnknownLane' },
      { status: 'skipped', reason: 'BadSignature' },
      { status: 'claimed', amount: 300n },
      { status: 'skipped', reason: 'Closed' },
      { status: 'skipped', reason: 'NothingNew' }
    ])
    expect(outcomes[1]).toMatchObject({ words: 'it promises more than the lane holds' })
    expect(await earned()).toBe(400n)
    expect(sent()).toBe(1)
  })

  it('splits what does not fit into one transaction', async () => {
    const rows = await Promise.all([0, 1, 2, 3, 4].map((index) => row(lane(index), 10n)))
    const outcomes = await (await claimsWith(2)).claim(rows, signal)
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'claimed'))
    expect(sent()).toBe(3)
    expect(await earned()).toBe(50n)
  })

  it('sends nothing where nothing is to be had', async () => {
    const claims = await claimsWith()
    await claims.claim([await row(lane(0), 10n)], signal)
    proxy.treat(() => 'pass')
    expect(await claims.claim([await row(lane(0), 10n), await row(lane(0), 9n)], signal)).toMatchObject([
      { status: 'skipped', reason: 'NothingNew', hash: null },
      { status: 'skipped', reason: 'NothingNew', hash: null }
    ])
    expect(sent()).toBe(0)
  })

  it('decodes what the chain skipped because someone was faster', async () => {
    const claims = await claimsWith()
    const rows = [await row(lane(0), 10n), await row(lane(1), 20n)]
    const rival = await claimsWith()
    await chain.rpc('evm_setAutomine', false)
    // The rival, another payer of gas, is mined first: it offers the same and came before.
    const first = rival.claim(rows.slice(0, 1), signal)
    await eventually(async () => expect(await pending()).toBe('0x1'))
    const second = claims.claim(rows, signal)
    await eventually(async () => expect(await pending()).toBe('0x2'))
    await chain.rpc('evm_mine')
    await chain.rpc('evm_setAutomine', true)
    expect(await first).toMatchObject([{ status: 'claimed' }])
    const outcomes = await second
    expect(outcomes).toMatchObject([
      { status: 'skipped', reason: 'NothingNew', words: 'as much or more was claimed before' },
      { status: 'claimed', amount: 20n }
    ])
    expect(outcomes[0]).toHaveProperty('hash', (outcomes[1] as { hash: string }).hash)
  })

  it('that fail in one transaction leave the others alone', async () => {
    const rows = await Promise.all([0, 1, 2].map((index) => row(lane(index), 10n)))
    proxy.treat((method, count) =>
      method === 'eth_estimateGas' && count === 2 ? { code: -32601, message: 'not today' } : 'pass'
    )
    expect(await (await claimsWith(1)).claim(rows, signal)).toMatchObject([
      { status: 'claimed' },
      { status: 'failed', error: { code: 'CHAIN_RPC_REFUSED' } },
      { status: 'claimed' }
    ])
    expect(await earned()).toBe(20n)
  })

  it('are found again after a crash, not sent twice', async () => {
    const folder = await chain.folder()
    const rows = [await row(lane(0), 10n)]
    const stop = new AbortController()
    proxy.treat((method) => {
      if (method !== 'eth_sendRawTransaction') return 'pass'
      stop.abort()
      return 'drop'
    })
    const [outcome] = await (await claimsWith(40, folder)).claim(rows, stop.signal)
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'CANCELLED' } })
    proxy.treat(() => 'pass')
    expect(await (await claimsWith(40, folder)).claim(rows, signal)).toMatchObject([{ status: 'claimed', amount: 10n }])
    expect(Number(await chain.rpc('eth_getTransactionCount', devAccount(8).address, 'latest'))).toBe(1)
  })
})
