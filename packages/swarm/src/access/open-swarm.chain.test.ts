import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { microUsdc } from '@unhosted/core/units'
import { type HomePaths, homePaths, prepareHome } from '@unhosted/node/store'
import { formatDeployment } from '@unhosted/swarm-contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createChainConnection } from '../chain/connection.ts'
import { swarmPaths } from '../home/index.ts'
import { createLanes } from '../lanes/lanes.ts'
import {
  devAccount,
  quickRpc,
  type SwarmChain,
  untilTheEnd as signal,
  startRpcProxy,
  startSwarmChain
} from '../testing/index.ts'
import { readBalances } from './balances.ts'
import { readChainFile, writeChainFile } from './chain-file.ts'
import { findLanes } from './find-lanes.ts'
import { openSwarm } from './open-swarm.ts'
import { peerIdHash } from './peer-id-hash.ts'

let chain: SwarmChain
let paths: HomePaths
beforeAll(async () => {
  chain = await startSwarmChain()
})
afterAll(() => chain?.stop())
beforeEach(async () => {
  paths = homePaths(await chain.folder())
  await prepareHome(paths)
})

describe('the chain of a home folder', () => {
  it('is none at first', async () => {
    expect(await readChainFile(paths)).toBeNull()
    await expect(openSwarm(paths, {}, signal)).rejects.toMatchObject({
      code: 'SWARM_CHAIN_UNKNOWN',
      advice: expect.stringContaining('unhosted swarm use')
    })
  })

  it('is remembered, for its owner alone: endpoints hold keys', async () => {
    const remembered = { rpcUrl: `${chain.rpcUrl}/?key=sesame`, deployment: chain.deployment }
    await writeChainFile(paths, remembered)
    expect(await readChainFile(paths)).toEqual(remembered)
    expect((await stat(swarmPaths(paths).chain)).mode & 0o777).toBe(0o600)
    const opened = await openSwarm(paths, {}, signal)
    expect(opened.deployment).toEqual(chain.deployment)
    expect(opened.connection.shown).not.toContain('sesame')
  })

  it('that was damaged is not used', async () => {
    await writeChainFile(paths, { rpcUrl: chain.rpcUrl, deployment: chain.deployment })
    const text = await readFile(swarmPaths(paths).chain, 'utf8')
    await writeFile(swarmPaths(paths).chain, text.replace(chain.deployment.swarmLanes.slice(0, 20), '0xnonsense'))
    await expect(openSwarm(paths, {}, signal)).rejects.toMatchObject({ code: 'DEPLOYMENT_MALFORMED' })
  })

  it('gives way to what a command names', async () => {
    const deploymentFile = join(paths.home, 'deployment.json')
    await writeFile(deploymentFile, formatDeployment(chain.deployment))
    const opened = await openSwarm(paths, { rpcUrl: chain.rpcUrl, deploymentFile }, signal)
    expect(opened.deployment).toEqual(chain.deployment)
  })

  it.each([
    ['of another id', { chainId: 8453 }, 'SWARM_NOT_DEPLOYED'],
    ['that is not there', { rpcUrl: 'http://127.0.0.1:1' }, 'CHAIN_UNREACHABLE']
  ])('%s is refused', async (_id, choice, code) => {
    await writeChainFile(paths, { rpcUrl: chain.rpcUrl, deployment: chain.deployment })
    await expect(openSwarm(paths, choice, signal)).rejects.toMatchObject({ code })
  })

  it.each([8453, 84_532])('where USDC is known (%i) takes no other token by that name', async (chainId) => {
    await writeChainFile(paths, { rpcUrl: chain.rpcUrl, deployment: { ...chain.deployment, chainId } })
    await expect(openSwarm(paths, {}, signal)).rejects.toMatchObject({ code: 'SWARM_TOKEN_FOREIGN' })
  })

  it('whose contracts are others is refused', async () => {
    const deployment = { ...chain.deployment, providerStake: chain.deployment.swarmLanes }
    await writeChainFile(paths, { rpcUrl: chain.rpcUrl, deployment })
    await expect(openSwarm(paths, {}, signal)).rejects.toMatchObject({ code: 'DEPLOY_UNVERIFIED' })
  })
})

describe('what an account has', () => {
  it('is told apart by where it is, and lanes are found by either side', async () => {
    const [payer, provider] = [devAccount(1), devAccount(2)]
    const parts = { connection: chain.connection, deployment: chain.deployment }
    const lanes = createLanes({ ...parts, account: payer, sender: await chain.sender(payer) })
    await lanes.depositWithAuthorization(microUsdc(3_000_000n), { signal })
    const terms = { provider: provider.address, signer: devAccount(3).address, closeWindow: 3600 }
    const first = await lanes.open({ ...terms, amount: microUsdc(1_000_000n) }, { signal })
    const second = await lanes.open({ ...terms, amount: microUsdc(500_000n) }, { signal })
    await lanes.startClose(second.lane, { signal })

    const { wei, micro } = await readBalances(parts, payer.address, signal)
    expect(micro).toEqual({
      inHand: 1_000_000_000_000n - 3_000_000n,
      deposited: 1_500_000n,
      earned: 0n,
      staked: 0n,
      credited: 0n
    })
    expect(wei).toBeGreaterThan(9_999n * 10n ** 18n)

    const paid = await findLanes(parts, { payer: payer.address }, signal)
    expect(paid.map(({ laneId, lane, state }) => ({ laneId, lane, status: state.status }))).toEqual([
      { laneId: first.laneId, lane: first.lane, status: 'open' },
      { laneId: second.laneId, lane: second.lane, status: 'closing' }
    ])
    expect(await findLanes(parts, { provider: provider.address }, signal)).toEqual(paid)
    expect(await findLanes(parts, { payer: provider.address }, signal)).toEqual([])
  })

  it('takes no lane that goes by the id of another', async () => {
    const proxy = await startRpcProxy(chain.rpcUrl)
    const parts = {
      connection: createChainConnection({ rpcUrl: proxy.url, chainId: 31_337, ...quickRpc }),
      deployment: chain.deployment
    }
    const address = chain.deployment.swarmLanes
    const logs = (await chain.rpc('eth_getLogs', { address, fromBlock: '0x0' })) as readonly { topics: string[] }[]
    const opened = logs.filter(({ topics }) => topics.length === 4)
    const [first, second] = opened
    expect(opened).toHaveLength(2)
    const swapped = { ...second, topics: [...(first?.topics.slice(0, 2) ?? []), ...(second?.topics.slice(2) ?? [])] }
    proxy.treat((method) => (method === 'eth_getLogs' ? { result: [swapped] } : 'pass'))
    const finding = findLanes(parts, { payer: devAccount(1).address }, signal).finally(proxy.stop)
    await expect(finding).rejects.toMatchObject({ code: 'CHAIN_WRONG_CONTRACT' })
  })

  it('finds lanes over more blocks than an endpoint serves at once', async () => {
    await chain.rpc('anvil_mine', '0x10')
    const parts = { connection: chain.connection, deployment: chain.deployment }
    const found = await findLanes(parts, { payer: devAccount(1).address }, signal, 3n)
    expect(found).toHaveLength(2)
  })
})

it('a machine is named by the hash of its PeerId', () => {
  // SHA-256 of the multihash bytes, computed with Python's hashlib and base58.
  expect(peerIdHash('12D3KooWEJpoLdLxnexrCxrRn9rVZAn3GU8YVxABPimeAwh2pCvm')).toBe(
    '0x220b16e967c3676cea52a09787b7a4f0b07e35ac9ade7e7b53830fd072b1ede2'
  )
})
