import { inspect } from 'node:util'
import { getBalance, readContract } from 'viem/actions'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { quickRpc, type RpcProxy, slowMachine, startRpcProxy, type Treatment, untilTheEnd } from '../testing/index.ts'
import { type ChainConnection, createChainConnection } from './connection.ts'

vi.setConfig(slowMachine)

const secret = 's3cr3tK3y'
let proxy: RpcProxy
let connection: ChainConnection
beforeEach(async () => {
  proxy = await startRpcProxy()
  connection = createChainConnection({
    rpcUrl: `${proxy.url}/v2/${secret}`,
    chainId: 8453,
    ...quickRpc,
    timeoutMs: 200
  })
})
afterEach(() => proxy.stop())

const address = `0x${'11'.repeat(20)}` as const
const balance = (signal = untilTheEnd) =>
  connection.call('tell a balance', signal, (client) => getBalance(client, { address }))
const failure = (promise: Promise<unknown>) => promise.then(String, (error: unknown) => error)

describe('a read', () => {
  it.each<[string, Treatment]>([
    ['a cut connection', 'drop'],
    ['HTTP 503', { status: 503, body: 'busy' }],
    ['HTTP 429', { status: 429, body: '' }],
    ['the code of a limit', { code: -32005, message: 'limit exceeded' }],
    ['silence', 'hang']
  ])('is tried again after %s', async (_, treatment) => {
    proxy.treat((__, count) => (count < 3 ? treatment : { result: '0x7b' }))
    expect(await balance()).toBe(123n)
    expect(proxy.heard).toHaveLength(3)
  })

  it.each<[string, Treatment, string, RegExp]>([
    ['a cut connection', 'drop', 'CHAIN_UNREACHABLE', /does not answer: (connection|UND)/],
    ['silence', 'hang', 'CHAIN_UNREACHABLE', /no answer within 200 ms/],
    ['HTTP 502', { status: 502, body: '<html>' }, 'CHAIN_UNREACHABLE', /HTTP 502/],
    ['HTTP 401', { status: 401, body: 'bad key' }, 'CHAIN_RPC_REFUSED', /HTTP 401/],
    ['too many requests', { status: 429, body: '' }, 'CHAIN_RPC_REFUSED', /too many requests/],
    ['a redirect', { status: 302, body: '' }, 'CHAIN_RPC_REFUSED', /HTTP 302/],
    ['a web page', { body: '<html>hello</html>' }, 'CHAIN_RPC_REFUSED', /not that of a chain/],
    ['a number that is none', { result: 'many' }, 'CHAIN_RPC_REFUSED', /not that of a chain/],
    ['no such method', { code: -32601, message: 'Method not found' }, 'CHAIN_RPC_REFUSED', /Method not found/],
    ['an answer that repeats the address', { code: -1, message: `no /v2/${secret}` }, 'CHAIN_RPC_REFUSED', /\[hidden\]/]
  ])('ends after %s, and tells nobody the key', async (_, treatment, code, words) => {
    proxy.treat(() => treatment)
    const error = await failure(balance())
    expect(error).toMatchObject({ code, message: expect.stringMatching(words), details: { endpoint: proxy.url } })
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret)
  })

  it('ends after a port that nobody listens on', async () => {
    await proxy.stop()
    const error = await failure(balance())
    expect(error).toMatchObject({ code: 'CHAIN_UNREACHABLE', message: expect.stringMatching(/connection refused/) })
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret)
    proxy = await startRpcProxy()
  })

  it('stops when told to, also between two tries', async () => {
    const stop = new AbortController()
    proxy.treat(() => {
      stop.abort()
      return 'drop'
    })
    expect(await failure(balance(stop.signal))).toMatchObject({ code: 'CANCELLED' })
    expect(proxy.heard).toHaveLength(1)
  })

  it('of a contract that is not there says so', async () => {
    proxy.treat(() => ({ result: '0x' }))
    const abi = [
      { type: 'function', name: 'x', inputs: [], outputs: [{ type: 'uint256' }], stateMutability: 'view' }
    ] as const
    const read = connection.call('tell x', untilTheEnd, (client) =>
      readContract(client, { address, abi, functionName: 'x' })
    )
    expect(await failure(read)).toMatchObject({
      code: 'CHAIN_WRONG_CONTRACT',
      message: expect.stringMatching(/can tell x/)
    })
  })
})

describe('a write', () => {
  it('is never repeated by the connection', async () => {
    proxy.treat(() => 'drop')
    const send = connection.call('pay', untilTheEnd, (client) =>
      client.request({ method: 'eth_sendRawTransaction', params: ['0x00'] })
    )
    expect(await failure(send)).toMatchObject({ code: 'CHAIN_UNREACHABLE' })
    expect(proxy.heard).toHaveLength(1)
  })
})

describe('checkChainId', () => {
  it.each([
    ['the right one', '0x2105', 'undefined'],
    [
      'another one',
      '0x1',
      { code: 'CHAIN_WRONG_ID', details: { expected: 8453, found: 1, endpoint: expect.anything() } }
    ]
  ])('%s', async (_, result, outcome) => {
    proxy.treat(() => ({ result }))
    const found = await failure(connection.checkChainId(untilTheEnd))
    if (typeof outcome === 'string') expect(found).toBe(outcome)
    else expect(found).toMatchObject(outcome)
  })
})
