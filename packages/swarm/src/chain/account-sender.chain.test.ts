import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '@unhosted/node/log'
import type { LocalAccount } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  devAccount,
  eventually,
  quickPolicy,
  quickRpc,
  untilTheEnd as signal,
  slowMachine,
  startRpcProxy,
  startTestChain,
  type TestChain
} from '../testing/index.ts'
import { createAccountSender } from './account-sender.ts'
import { createChainConnection } from './connection.ts'
import { openJournal } from './journal.ts'
import type { SendPolicy } from './sender-context.ts'

vi.setConfig(slowMachine)

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const account = devAccount(1)
const to = `0x${'b0'.repeat(20)}` as const
const gwei = 1_000_000_000n

async function chainWith(options: Parameters<typeof startTestChain>[0] = {}): Promise<TestChain> {
  const chain = await startTestChain(options)
  cleanups.push(() => chain.stop('hard'))
  return chain
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unhosted-sender-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A sender as one process has it: another one on the same folder is the same wallet after a crash. */
function senderOn(
  rpcUrl: string,
  folder: string,
  policy: Partial<SendPolicy> = {},
  chainId = 31_337,
  from: LocalAccount = account
) {
  const connection = createChainConnection({ rpcUrl, chainId, ...quickRpc })
  return createAccountSender({
    connection,
    account: from,
    folder,
    policy: { ...quickPolicy, ...policy },
    log: silentLog
  })
}

const pay = (operation: string, value = 1n) => ({ operation, what: 'pay', to, data: '0x' as const, value })
const paid = async (chain: TestChain) => BigInt(String(await chain.rpc('eth_getBalance', to, 'latest')))
const minedOf = async (chain: TestChain) =>
  Number(await chain.rpc('eth_getTransactionCount', account.address, 'latest'))
const journalOf = (folder: string) => openJournal(folder, 31_337, account.address).read()
/** The transaction of this operation is in the node's pool. */
const pooled = (chain: TestChain, folder: string) =>
  eventually(async () => {
    const hash = (await journalOf(folder))[0]?.attempts[0]?.hash
    expect(await chain.rpc('eth_getTransactionByHash', hash)).not.toBeNull()
  })

/** One that replaces it is: it is in the journal before it is sent. */
const replacementPooled = (chain: TestChain, folder: string) =>
  eventually(async () => {
    const [, ...replacements] = (await journalOf(folder))[0]?.attempts ?? []
    expect(replacements).not.toEqual([])
    const found = await Promise.all(replacements.map(({ hash }) => chain.rpc('eth_getTransactionByHash', hash)))
    expect(found.some((each) => each !== null)).toBe(true)
  })

describe('sending', () => {
  it('gives each its number, however many are sent at once', async () => {
    const chain = await chainWith()
    const sender = senderOn(chain.rpcUrl, await newFolder())
    const receipts = await Promise.all(
      Array.from({ length: 5 }, (_, index) => sender.send(pay(`pay ${index}`), signal))
    )
    expect(receipts.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'success'))
    expect(await paid(chain)).toBe(5n)
    expect(await minedOf(chain)).toBe(5)
  })

  it('serves two processes with one account', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    const senders = [senderOn(chain.rpcUrl, folder), senderOn(chain.rpcUrl, folder)]
    await Promise.all(senders.flatMap((sender, which) => [0, 1].map((n) => sender.send(pay(`${which} ${n}`), signal))))
    expect(await minedOf(chain)).toBe(4)
    expect((await journalOf(folder)).every(({ finished }) => finished)).toBe(true)
  })

  it('finds the same operation again instead of sending it twice, and tells another one apart', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    const first = await senderOn(chain.rpcUrl, folder).send(pay('rent'), signal)
    const again = await senderOn(chain.rpcUrl, folder).send(pay('rent'), signal)
    expect(again.transactionHash).toBe(first.transactionHash)
    await expect(senderOn(chain.rpcUrl, folder).send(pay('rent', 2n), signal)).rejects.toMatchObject({
      code: 'TX_OPERATION_REUSED'
    })
    expect(await paid(chain)).toBe(1n)
  })

  it('says how much is missing for gas, and signs nothing', async () => {
    const chain = await chainWith()
    const poor = privateKeyToAccount(generatePrivateKey())
    await chain.rpc('anvil_setBalance', poor.address, '0x3e8')
    const folder = await newFolder()
    const sending = senderOn(chain.rpcUrl, folder, {}, 31_337, poor).send(pay('rent', 0n), signal)
    const error = await sending.catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'GAS_INSUFFICIENT', details: { balanceWei: '1000' } })
    expect((error as Error).message).toMatch(
      /holds 0\.000000000000001 ETH on chain 31337; to pay may take up to 0\.0\d+ ETH/
    )
    expect((error as { advice: string }).advice).toMatch(/^Send it 0\.0\d+ ETH or more/)
    expect(await openJournal(folder, 31_337, poor.address).read()).toEqual([])
  })

  it('signs nothing for a chain that is not the one meant', async () => {
    const chain = await chainWith({ chainId: 5 })
    const signTransaction = vi.fn(account.signTransaction)
    const sender = senderOn(chain.rpcUrl, await newFolder(), {}, 31_337, { ...account, signTransaction })
    await expect(sender.send(pay('rent'), signal)).rejects.toMatchObject({
      code: 'CHAIN_WRONG_ID',
      details: { expected: 31_337, found: 5 }
    })
    expect(signTransaction).not.toHaveBeenCalled()
  })

  it('waits where gas is above the cap', async () => {
    const chain = await chainWith()
    const sender = senderOn(chain.rpcUrl, await newFolder(), { maxFeePerGas: gwei / 10n })
    await expect(sender.send(pay('rent'), signal)).rejects.toMatchObject({
      code: 'TX_FEE_ABOVE_CAP',
      message: expect.stringMatching(/your cap is 0\.1 gwei/)
    })
  })
})

describe('a transaction that is stuck', () => {
  it('is replaced by one that pays 12.5 % more, and only one of them is mined', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    await chain.rpc('evm_setAutomine', false)
    const sending = senderOn(chain.rpcUrl, folder).send(pay('rent'), signal)
    await replacementPooled(chain, folder)
    await chain.rpc('evm_mine')
    const receipt = await sending
    const [first, second] = (await journalOf(folder))[0]?.attempts ?? []
    expect(receipt.transactionHash).not.toBe(first?.hash)
    for (const fee of ['maxFeePerGas', 'maxPriorityFeePerGas'] as const) {
      expect((second?.[fee] ?? 0n) * 1000n).toBeGreaterThanOrEqual((first?.[fee] ?? 0n) * 1125n)
    }
    expect(await paid(chain)).toBe(1n)
    expect(await minedOf(chain)).toBe(1)
  })

  it('is reported where the cap forbids to pay more, and goes through once the cap is raised', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    await chain.rpc('evm_setAutomine', false)
    const sending = senderOn(chain.rpcUrl, folder, { maxFeePerGas: 3n * gwei }).send(pay('rent'), signal)
    const refused = expect(sending).rejects.toMatchObject({
      code: 'TX_UNDERPRICED',
      advice: expect.stringMatching(/cap/)
    })
    await pooled(chain, folder)
    await chain.rpc('anvil_setNextBlockBaseFeePerGas', `0x${(20n * gwei).toString(16)}`)
    await chain.rpc('evm_mine')
    await refused
    const again = senderOn(chain.rpcUrl, folder, { maxFeePerGas: 100n * gwei }).send(pay('rent'), signal)
    await replacementPooled(chain, folder)
    await chain.rpc('evm_mine')
    expect((await again).status).toBe('success')
    expect(await paid(chain)).toBe(1n)
  })

  it('behind one of another program is left alone and explained', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    await chain.rpc('evm_setAutomine', false)
    await chain.rpc('eth_sendTransaction', { from: account.address, to, value: '0x64' })
    const sending = senderOn(chain.rpcUrl, folder).send(pay('rent'), signal)
    await expect(sending).rejects.toMatchObject({
      code: 'TX_NONCE_STUCK',
      details: { nonce: 1, blockingNonce: 0 },
      advice: expect.stringMatching(/found, not sent twice/)
    })
    await chain.rpc('evm_mine')
    const [resumed] = await senderOn(chain.rpcUrl, folder).resume(signal)
    expect(resumed?.outcome).toMatchObject({ receipt: { status: 'success' } })
    expect(await paid(chain)).toBe(101n)
  })

  it('is not given up, and not paid twice, where receipts come later than the count', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    const proxy = await startRpcProxy(chain.rpcUrl)
    cleanups.push(proxy.stop)
    proxy.treat((method, count) => (method === 'eth_getTransactionReceipt' && count <= 8 ? { result: null } : 'pass'))
    const receipt = await senderOn(proxy.url, folder, { stuckAfterMs: 10_000 }).send(pay('rent'), signal)
    expect(receipt.status).toBe('success')
    expect(proxy.heard.filter((method) => method === 'eth_getTransactionReceipt').length).toBeGreaterThan(8)
    expect(await paid(chain)).toBe(1n)
  })

  it('is not given up while the node knows it, whatever it shows no receipt of', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    const proxy = await startRpcProxy(chain.rpcUrl)
    cleanups.push(proxy.stop)
    proxy.treat((method) => (method === 'eth_getTransactionReceipt' ? { result: null } : 'pass'))
    const sending = senderOn(proxy.url, folder, { stuckAfterMs: 40, patienceMs: 500 }).send(pay('rent'), signal)
    await expect(sending).rejects.toMatchObject({ code: 'TX_PENDING' })
    await senderOn(chain.rpcUrl, folder).send(pay('rent'), signal)
    expect(await paid(chain)).toBe(1n)
  })

  it('is given up where its number was used by another program, and can be sent anew', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    const proxy = await startRpcProxy(chain.rpcUrl)
    cleanups.push(proxy.stop)
    proxy.treat((method) => (method === 'eth_sendRawTransaction' ? 'drop' : 'pass'))
    const stop = new AbortController()
    const lost = senderOn(proxy.url, folder).send(pay('rent'), stop.signal)
    const cancelled = expect(lost).rejects.toMatchObject({ code: 'CANCELLED' })
    await eventually(() => expect(proxy.heard).toContain('eth_sendRawTransaction'))
    stop.abort()
    await cancelled
    await chain.rpc('eth_sendTransaction', { from: account.address, to, value: '0x64' })
    const [resumed] = await senderOn(chain.rpcUrl, folder).resume(signal)
    expect(resumed?.outcome).toMatchObject({ error: { code: 'TX_NONCE_TAKEN', details: { nonce: 0 } } })
    await senderOn(chain.rpcUrl, folder).send(pay('rent'), signal)
    expect(await paid(chain)).toBe(101n)
  })
})

describe('a crash', () => {
  it('cannot come between the send and the journal: that one is written first', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    const proxy = await startRpcProxy(chain.rpcUrl)
    cleanups.push(proxy.stop)
    const path = join(folder, `transactions-31337-${account.address.toLowerCase()}.json`)
    const found: unknown[] = []
    proxy.treat((method) => {
      if (method === 'eth_sendRawTransaction')
        found.push(existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null)
      return 'pass'
    })
    await senderOn(proxy.url, folder).send(pay('rent'), signal)
    expect(found).toMatchObject([{ intents: [{ operation: 'rent', finished: false }] }])
  })

  it('of the endpoint leaves each transaction its own number', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    const proxy = await startRpcProxy(chain.rpcUrl)
    cleanups.push(proxy.stop)
    proxy.treat((method) => (method === 'eth_sendRawTransaction' ? 'drop' : 'pass'))
    const sender = senderOn(proxy.url, folder)
    const sending = [sender.send(pay('one'), signal), sender.send(pay('two'), signal)]
    await eventually(async () => expect(await journalOf(folder)).toHaveLength(2))
    expect((await journalOf(folder)).map(({ nonce }) => nonce).toSorted()).toEqual([0, 1])
    proxy.treat(() => 'pass')
    await Promise.all(sending)
    expect(await paid(chain)).toBe(2n)
  })

  it.each([
    ['between intent and send', 'drop'],
    ['between send and answer', 'lose-answer']
  ] as const)('%s: the same transaction is found, and mined once', async (_, treatment) => {
    const chain = await chainWith()
    const folder = await newFolder()
    const proxy = await startRpcProxy(chain.rpcUrl)
    cleanups.push(proxy.stop)
    const stop = new AbortController()
    proxy.treat((method) => {
      if (method !== 'eth_sendRawTransaction') return 'pass'
      stop.abort()
      return treatment
    })
    await expect(senderOn(proxy.url, folder).send(pay('rent'), stop.signal)).rejects.toMatchObject({
      code: 'CANCELLED'
    })
    const [intent] = await journalOf(folder)
    expect(intent).toMatchObject({ operation: 'rent', finished: false, nonce: 0 })
    const [resumed] = await senderOn(chain.rpcUrl, folder).resume(signal)
    expect(resumed).toMatchObject({
      operation: 'rent',
      outcome: { receipt: { transactionHash: intent?.attempts[0]?.hash, status: 'success' } }
    })
    await senderOn(chain.rpcUrl, folder).send(pay('rent'), signal)
    expect(await paid(chain)).toBe(1n)
    expect(await minedOf(chain)).toBe(1)
  })

  it('leaves a journal that only its owner can read, with no key in it', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    await senderOn(chain.rpcUrl, folder).send(pay('rent'), signal)
    const text = await readFile(join(folder, `transactions-31337-${account.address.toLowerCase()}.json`), 'utf8')
    const key = Buffer.from(account.getHdKey().privateKey ?? []).toString('hex')
    expect(key).toHaveLength(64)
    expect(text).not.toContain(key)
  })
})

describe('a chain that fails', () => {
  it('that is killed and comes back without its pool gets the transaction again', async () => {
    const state = join(await newFolder(), 'state.json')
    const folder = await newFolder()
    const before = await chainWith({ args: ['--state', state] })
    await before.rpc('evm_mine')
    await before.rpc('evm_setAutomine', false)
    const sending = senderOn(before.rpcUrl, folder).send(pay('rent'), signal)
    await pooled(before, folder)
    await before.stop()
    const after = await chainWith({ port: before.port, args: ['--load-state', state] })
    expect((await sending).status).toBe('success')
    expect(await paid(after)).toBe(1n)
    expect(await minedOf(after)).toBe(1)
  })

  it('that undoes the block of a transaction gets it again, before it counts', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    const snapshot = await chain.rpc('evm_snapshot')
    const sending = senderOn(chain.rpcUrl, folder, { confirmations: 3 }).send(pay('rent'), signal)
    await eventually(async () => expect(await paid(chain)).toBe(1n))
    await chain.rpc('evm_revert', snapshot)
    expect(await paid(chain)).toBe(0n)
    await eventually(async () => expect(await paid(chain)).toBe(1n))
    expect((await journalOf(folder))[0]?.finished).toBe(false)
    await chain.rpc('anvil_mine', '0x2')
    expect((await sending).status).toBe('success')
    expect(await minedOf(chain)).toBe(1)
  })

  it('that never mines ends the patience, not the transaction', async () => {
    const chain = await chainWith()
    const folder = await newFolder()
    await chain.rpc('evm_setAutomine', false)
    const impatient = senderOn(chain.rpcUrl, folder, { patienceMs: 100, stuckAfterMs: 60_000 })
    await expect(impatient.send(pay('rent'), signal)).rejects.toMatchObject({
      code: 'TX_PENDING',
      advice: expect.stringMatching(/found and awaited/)
    })
    await chain.rpc('evm_mine')
    expect((await senderOn(chain.rpcUrl, folder).send(pay('rent'), signal)).status).toBe('success')
    expect(await paid(chain)).toBe(1n)
  })
})
