import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { microUsdc } from '@unhosted/core/units'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createChainConnection } from '../chain/connection.ts'
import { createLanes, type Lanes } from '../lanes/lanes.ts'
import {
  devAccount,
  eventually,
  quickRpc,
  type RpcProxy,
  type SwarmChain,
  untilTheEnd as signal,
  slowMachine,
  startRpcProxy,
  startSwarmChain
} from '../testing/index.ts'
import { createEventWatcher, type EventWatcher, type EventWatcherOptions } from './event-watcher.ts'

vi.setConfig(slowMachine)

const payer = devAccount(1)
let chain: SwarmChain
let proxy: RpcProxy
let lanes: Lanes
let snapshot: unknown
const watchers: EventWatcher[] = []

beforeAll(async () => {
  chain = await startSwarmChain()
  proxy = await startRpcProxy(chain.rpcUrl)
  const { connection, deployment } = chain
  lanes = createLanes({ connection, deployment, account: payer, sender: await chain.sender(payer) })
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
  for (const watcher of watchers.splice(0)) await watcher.stop()
  await chain.rpc('evm_revert', snapshot)
})

/** A watcher of deposits on a proxy to the chain, and what it told, as `seen 5`. */
async function watch(options: Partial<EventWatcherOptions> = {}) {
  const told: string[] = []
  const troubles: unknown[] = []
  const watcher = createEventWatcher({
    connection: createChainConnection({ rpcUrl: proxy.url, chainId: 31_337, ...quickRpc, retries: 0 }),
    deployment: chain.deployment,
    path: join(await chain.folder(), 'events.json'),
    events: ['Deposited'],
    wants: () => true,
    confirmationsOf: () => 3,
    onNotice: ({ kind, event }) => {
      told.push(`${kind} ${'amount' in event.args ? event.args.amount : '?'}`)
    },
    onTrouble: (error) => troubles.push(error),
    pollMs: 15,
    ...options
  })
  watchers.push(watcher)
  await watcher.start(signal)
  return { watcher, told, troubles }
}

const deposit = (amount: bigint) => lanes.depositWithAuthorization(microUsdc(amount), { signal })
const mine = (blocks: number) => chain.rpc('anvil_mine', `0x${blocks.toString(16)}`)
const becomes = (told: readonly string[], ...expected: readonly string[]) =>
  eventually(() => expect(told).toEqual(expected))

describe('events', () => {
  it('are seen in order, and confirmed when they are deep enough', async () => {
    const { told } = await watch()
    await deposit(5n)
    await deposit(6n)
    await becomes(told, 'seen 5', 'seen 6')
    await mine(1)
    await becomes(told, 'seen 5', 'seen 6', 'confirmed 5')
    await mine(1)
    await becomes(told, 'seen 5', 'seen 6', 'confirmed 5', 'confirmed 6')
  })

  it('from before the start are found, in ranges of one block as of many', async () => {
    await deposit(5n)
    await mine(20)
    await deposit(6n)
    await mine(2)
    for (const maxRange of [1, 7, 2_000]) {
      const { told } = await watch({ maxRange })
      await becomes(told, 'seen 5', 'seen 6', 'confirmed 5', 'confirmed 6')
    }
  })

  it('older than the blocks that are remembered are found too', async () => {
    await deposit(5n)
    await mine(40)
    const { told } = await watch({ depth: 4, maxRange: 10 })
    await becomes(told, 'seen 5', 'confirmed 5')
  })

  it('that concern others are not told', async () => {
    const { told } = await watch({ wants: ({ args }) => 'amount' in args && args.amount === 6n })
    await deposit(5n)
    await deposit(6n)
    await becomes(told, 'seen 6')
  })
})

describe('a reorg', () => {
  it('takes back what it undid, and tells what came instead', async () => {
    const { told } = await watch()
    await deposit(4n)
    const before = await chain.rpc('evm_snapshot')
    await deposit(5n)
    await deposit(6n)
    await becomes(told, 'seen 4', 'seen 5', 'seen 6', 'confirmed 4')
    await chain.rpc('evm_revert', before)
    await becomes(told, 'seen 4', 'seen 5', 'seen 6', 'confirmed 4', 'rolled-back 6', 'rolled-back 5')
    await deposit(7n)
    await mine(2)
    await eventually(() => expect(told.slice(6)).toEqual(['seen 7', 'confirmed 7']))
  })

  it('of the same length, by anvil_reorg, is noticed by the hashes', async () => {
    const { told } = await watch()
    await deposit(5n)
    await mine(1)
    await becomes(told, 'seen 5')
    await chain.rpc('anvil_reorg', 2, [])
    await becomes(told, 'seen 5', 'rolled-back 5')
  })

  it('while nobody watched is noticed after the restart', async () => {
    const path = join(await chain.folder(), 'events.json')
    const first = await watch({ path })
    const before = await chain.rpc('evm_snapshot')
    await deposit(5n)
    await becomes(first.told, 'seen 5')
    await first.watcher.stop()
    await chain.rpc('evm_revert', before)
    await deposit(6n)
    const second = await watch({ path })
    await becomes(second.told, 'rolled-back 5', 'seen 6')
  })

  it('deeper than what is remembered is reported, and everything is told anew', async () => {
    const start = await chain.rpc('evm_snapshot')
    await deposit(5n)
    await mine(8)
    const { told, troubles } = await watch({ depth: 4, confirmationsOf: () => 2 })
    await becomes(told, 'seen 5', 'confirmed 5')
    await chain.rpc('evm_revert', start)
    await deposit(6n)
    await mine(12)
    await becomes(told, 'seen 5', 'confirmed 5', 'seen 6', 'confirmed 6')
    expect(troubles).toContainEqual(expect.objectContaining({ code: 'CHAIN_REORG_TOO_DEEP' }))
  })
})

describe('a restart', () => {
  it('goes on where the last one ended', async () => {
    const path = join(await chain.folder(), 'events.json')
    const first = await watch({ path })
    await deposit(5n)
    await becomes(first.told, 'seen 5')
    await first.watcher.stop()
    await deposit(6n)
    const second = await watch({ path })
    await becomes(second.told, 'seen 6')
    await mine(1)
    await becomes(second.told, 'seen 6', 'confirmed 5')
    proxy.treat(() => 'pass')
    await second.watcher.stop()
    const third = await watch({ path })
    await eventually(() =>
      expect(proxy.heard.filter((method) => method === 'eth_blockNumber').length).toBeGreaterThan(2)
    )
    expect(third.told).toEqual([])
  })

  it('tells again what its listener did not finish', async () => {
    const path = join(await chain.folder(), 'events.json')
    let calls = 0
    const first = await watch({
      path,
      onNotice: () => {
        calls += 1
        throw new Error('crash')
      }
    })
    await deposit(5n)
    await eventually(() => expect(calls).toBeGreaterThan(1))
    await first.watcher.stop()
    expect(first.troubles[0]).toMatchObject({ message: 'crash' })
    const second = await watch({ path })
    await becomes(second.told, 'seen 5')
  })

  it('for other contracts starts from their beginning', async () => {
    const path = join(await chain.folder(), 'events.json')
    await deposit(5n)
    const first = await watch({ path })
    await becomes(first.told, 'seen 5')
    await first.watcher.stop()
    const second = await watch({ path, events: ['Deposited', 'LaneOpened'] })
    await becomes(second.told, 'seen 5')
  })
})

describe('an endpoint that fails', () => {
  it('is looked at again, later and later, and nothing is missed', async () => {
    const { told, troubles } = await watch()
    await deposit(5n)
    await becomes(told, 'seen 5')
    proxy.treat(() => 'drop')
    await eventually(() => expect(troubles.length).toBeGreaterThan(1))
    expect(troubles[0]).toMatchObject({ code: 'CHAIN_UNREACHABLE' })
    await deposit(6n)
    await mine(2)
    proxy.treat(() => 'pass')
    await becomes(told, 'seen 5', 'seen 6', 'confirmed 5', 'confirmed 6')
    await eventually(() => expect(troubles.at(-1)).toBeNull())
  })

  it('that refuses long ranges is asked for shorter ones', async () => {
    await deposit(5n)
    await mine(30)
    let refusals = 0
    proxy.treat((method) => {
      if (method !== 'eth_getLogs' || refusals >= 5) return 'pass'
      refusals += 1
      return { code: -32602, message: 'query exceeds max block range' }
    })
    const { told } = await watch()
    await becomes(told, 'seen 5', 'confirmed 5')
    expect(refusals).toBe(5)
  })

  it.each([
    ['in a block that is not on the chain', { blockHash: `0x${'77'.repeat(32)}` }],
    ['of a block that was not asked for', { blockNumber: '0xffff' }],
    ['of another contract', { address: `0x${'66'.repeat(20)}` }]
  ])('that tells of an event %s is not believed', async (_, changes) => {
    await deposit(5n)
    const [real] = (await chain.rpc('eth_getLogs', {
      fromBlock: 'latest',
      address: chain.deployment.swarmLanes
    })) as object[]
    const forged = { ...real, data: `0x${'29a'.padStart(64, '0')}`, ...changes }
    proxy.treat((method, count) => (method === 'eth_getLogs' && count < 3 ? { result: [forged] } : 'pass'))
    const { told } = await watch()
    await eventually(() => expect(told).not.toEqual([]))
    expect(told).toEqual(['seen 5'])
  })
})

describe('stop', () => {
  it('ends every call and leaves nothing half written', async () => {
    const folder = await chain.folder()
    const { watcher } = await watch({ path: join(folder, 'events.json') })
    await deposit(5n)
    proxy.treat(() => 'hang')
    await eventually(() => expect(proxy.heard.length).toBeGreaterThan(0))
    await watcher.stop()
    await watcher.stop()
    expect((await readdir(folder)).filter((name) => name !== 'events.json')).toEqual([])
  })
})
