import { type Address, createTestClient, type Hex, http, publicActions } from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from './anvil.ts'
import { type DeployOptions, deploySwarm, type SwarmDeployment } from './deploy.ts'
import { BaseError, isBaseError } from './errors.ts'
import { providerStakeRuntime } from './generated/provider-stake.ts'
import { swarmLanesRuntime } from './generated/swarm-lanes.ts'
import { type RpcProxy, startRpcProxy } from './testing/rpc-proxy.ts'
import { readUsdc } from './usdc.ts'
import { verifySwarm } from './verify.ts'

const account = mnemonicToAccount('test test test test test test test test test test test junk')
const chainId = 31_337
const options = { chainId, account, usdc: 'mock', disputeBond: 5_000_000n, pollingIntervalMs: 10 } as const

let anvil: Anvil
let deployed: SwarmDeployment
const clientOf = (rpc: string) => createTestClient({ mode: 'anvil', transport: http(rpc) }).extend(publicActions)
const client = () => clientOf(anvil.rpc)
const deploy = (changes: Partial<DeployOptions> = {}) => deploySwarm({ ...options, rpc: anvil.rpc, ...changes })

beforeAll(async () => {
  anvil = await startAnvil({ port: 0, chainId })
  deployed = await deploy()
})
afterAll(() => anvil.stop())

async function failure(promise: Promise<unknown>): Promise<BaseError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason
  )
  if (!isBaseError(error)) throw new Error('it did not fail as it should', { cause: error })
  return error
}

describe('deploySwarm', () => {
  it('deploys a mock token and both contracts, and says where', async () => {
    expect(deployed).toEqual({
      chainId,
      usdc: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
      swarmLanes: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
      providerStake: '0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0',
      disputeBond: 5_000_000n,
      fromBlock: 2n,
      token: { name: 'USD Coin', version: '2' }
    })
    expect(await verifySwarm(client(), deployed)).toMatchObject({ address: deployed.usdc })
  })

  it('takes a token that is there, and names each contract as it stands', async () => {
    const names: string[] = []
    const again = await deploy({ usdc: deployed.usdc, onDeployed: ({ name }) => names.push(name) })
    expect(names).toEqual(['SwarmLanes', 'ProviderStake'])
    expect(again.usdc).toBe(deployed.usdc)
    expect(again.swarmLanes).not.toBe(deployed.swarmLanes)
  })

  it('sends nothing to a wrong chain', async () => {
    const before = await client().getTransactionCount({ address: account.address })
    const error = await failure(deploy({ chainId: 8453 }))
    expect(error.code).toBe('DEPLOY_WRONG_CHAIN')
    expect(error.details).toEqual({ actual: chainId, expected: 8453 })
    expect(error.advice).toContain('endpoint')
    expect(await client().getTransactionCount({ address: account.address })).toBe(before)
  })

  it.each<[string, () => Address, string]>([
    ['is not there', () => '0x000000000000000000000000000000000000bEEF', 'does not exist'],
    ['is no token', () => deployed.swarmLanes, 'does not answer']
  ])('sends nothing when the token %s', async (_, usdc, problem) => {
    const before = await client().getTransactionCount({ address: account.address })
    const error = await failure(deploy({ usdc: usdc() }))
    expect(error.code).toBe('DEPLOY_TOKEN_UNSUITABLE')
    expect(error.message).toContain(problem)
    expect(await client().getTransactionCount({ address: account.address })).toBe(before)
  })

  it('says that there is no gas, and that nothing was deployed', async () => {
    const error = await failure(deploy({ account: privateKeyToAccount(generatePrivateKey()) }))
    expect(error.code).toBe('DEPLOY_INTERRUPTED')
    expect(error.details).toEqual({ deployed: [] })
    expect(error.advice).toContain('gas')
  })

  it('stops when it is told to', async () => {
    const stopping = new AbortController()
    const reason = new Error('enough')
    const deploying = deploy({ signal: stopping.signal, onDeployed: () => stopping.abort(reason) })
    await expect(deploying).rejects.toBe(reason)
  })
})

describe('deploySwarm on an endpoint that fails', () => {
  let mortal: Anvil
  let proxy: RpcProxy | undefined
  afterEach(async () => {
    await proxy?.stop()
    await mortal.stop()
  })

  it('names what stands when the chain dies in the middle', async () => {
    mortal = await startAnvil({ port: 0, chainId })
    const dying: Promise<void>[] = []
    const deploying = deploy({
      rpc: mortal.rpc,
      onDeployed: ({ name }) => {
        if (name === 'SwarmLanes') dying.push(mortal.stop())
      }
    })
    const error = await failure(deploying)
    await Promise.all(dying)
    expect(error.code).toBe('DEPLOY_INTERRUPTED')
    expect(error.details.deployed).toMatchObject([{ name: 'MockUSDC' }, { name: 'SwarmLanes' }])
    expect(error.message).toContain(deployed.swarmLanes)
    expect(error.message).not.toContain(mortal.rpc)
  })

  it('gives up when nothing is mined', async () => {
    mortal = await startAnvil({ port: 0, chainId })
    await clientOf(mortal.rpc).setAutomine(false)
    const error = await failure(deploy({ rpc: mortal.rpc, timeoutMs: 30 }))
    expect(error.code).toBe('DEPLOY_INTERRUPTED')
    expect(error.message).toContain('was not mined')
  })

  it('does not take the word of an endpoint that puts other code in place', async () => {
    mortal = await startAnvil({ port: 0, chainId })
    // One more opcode at the end of what the chain holds: nobody would see a difference in use.
    proxy = await startRpcProxy(mortal.rpc)
    proxy.treat((method) => (method === 'eth_getCode' ? { rewrite: (code) => `${code}00` } : 'pass'))
    const error = await failure(deploy({ rpc: proxy.url }))
    expect(error.code).toBe('DEPLOY_UNVERIFIED')
    expect(error.message).toContain('SwarmLanes')
    expect(proxy.heard.filter((method) => method === 'eth_sendRawTransaction')).toHaveLength(3)
  })
})

describe('the endpoint’s key', () => {
  /** All that --verbose prints. */
  const everything = (error: unknown): string =>
    error instanceof Error ? `${error.stack} ${everything(error.cause)}` : String(error)

  it.each([
    ['the endpoint fails', () => ({ rpc: 'http://127.0.0.1:1/?key=sesame' }), 'DEPLOY_INTERRUPTED'],
    [
      'the token is none',
      () => ({ rpc: `${anvil.rpc}/?key=sesame`, usdc: deployed.swarmLanes }),
      'DEPLOY_TOKEN_UNSUITABLE'
    ]
  ])('is in no error when %s', async (_, changes, code) => {
    const error = await failure(deploy(changes()))
    expect(error.code).toBe(code)
    expect(everything(error)).not.toContain('sesame')
  })
})

describe('verifySwarm', () => {
  const flip = (code: Hex, offset: number): Hex => {
    const at = 2 + offset * 2
    const byte = (Number.parseInt(code.slice(at, at + 2), 16) ^ 1).toString(16).padStart(2, '0')
    return `${code.slice(0, at)}${byte}${code.slice(at + 2)}` as Hex
  }
  const last = (template: { code: Hex }): number => template.code.length / 2 - 2

  it.each([
    ['the first byte of SwarmLanes', 'swarmLanes', 0],
    ['the last byte of SwarmLanes', 'swarmLanes', last(swarmLanesRuntime)],
    ['the token in SwarmLanes', 'swarmLanes', swarmLanesRuntime.immutables.usdc[0] + 31],
    ['the domain in SwarmLanes', 'swarmLanes', swarmLanesRuntime.immutables._cachedDomainSeparator[0]],
    ['the middle of ProviderStake', 'providerStake', last(providerStakeRuntime) >> 1],
    ['the bond in ProviderStake', 'providerStake', providerStakeRuntime.immutables.disputeBond[0] + 31]
  ] as const)('sees one bit changed in %s', async (_, contract, offset) => {
    const address = deployed[contract]
    const code = (await client().getCode({ address })) ?? '0x'
    await client().setCode({ address, bytecode: flip(code, offset) })
    try {
      const error = await failure(verifySwarm(client(), deployed))
      expect(error.code).toBe('DEPLOY_UNVERIFIED')
      expect(error.details).toMatchObject({ address })
    } finally {
      await client().setCode({ address, bytecode: code })
    }
    expect(await verifySwarm(client(), deployed)).toMatchObject({ version: '2' })
  })

  it.each<[string, () => Partial<SwarmDeployment>]>([
    ['another bond', () => ({ disputeBond: 1n })],
    ['another token', () => ({ usdc: deployed.swarmLanes })],
    ['an address without a contract', () => ({ providerStake: account.address })],
    ['contracts changed for each other', () => ({ swarmLanes: deployed.providerStake })]
  ])('sees %s', async (_, changes) => {
    const error = await failure(verifySwarm(client(), { ...deployed, ...changes() }))
    expect(error.code).toBe('DEPLOY_UNVERIFIED')
    expect(error.advice).toContain('Do not use it')
  })
})

describe('readUsdc', () => {
  let proxy: RpcProxy
  afterEach(() => proxy.stop())
  const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`

  it.each([
    ['has 18 decimals', '0x313ce567', 'has 18 decimals'],
    ['signs under another domain', '0x3644e515', 'does not sign under']
  ])('refuses a token that %s', async (_, selector, problem) => {
    proxy = await startRpcProxy(anvil.rpc)
    proxy.treat((method, _count, params) => {
      const asked = method === 'eth_call' && JSON.stringify(params[0]).includes(selector)
      return asked ? { rewrite: () => word(18) } : 'pass'
    })
    const error = await failure(readUsdc(clientOf(proxy.url), deployed.usdc, chainId))
    expect(error.code).toBe('DEPLOY_TOKEN_UNSUITABLE')
    expect(error.message).toContain(problem)
  })

  it('passes on that the endpoint failed, and blames no token', async () => {
    proxy = await startRpcProxy('http://127.0.0.1:1')
    await expect(readUsdc(clientOf(proxy.url), deployed.usdc, chainId)).rejects.not.toBeInstanceOf(BaseError)
  })
})
