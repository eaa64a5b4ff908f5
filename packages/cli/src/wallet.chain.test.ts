import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { microUsdc } from '@unhosted/core/units'
import { silentLog } from '@unhosted/node/log'
import { homePaths } from '@unhosted/node/store'
import {
  createAccountSender,
  defaultSendPolicy,
  formatDeployment,
  readUsdcBalance,
  sendUsdc,
  swarmPaths
} from '@unhosted/swarm'
import { devAccount, type SwarmChain, untilTheEnd as signal, startSwarmChain } from '@unhosted/swarm/testing'
import { createWallet } from '@unhosted/swarm/wallet'
import { toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Ended, runProgram } from './testing/program.ts'
import { runHere } from './testing/run-here.ts'

// Commands against a real chain, without a terminal: what scripts do. lab/e2e/wallet.test.ts types.
// Most run in this process; one of each kind (reads, refuses, signs) starts the real program.

// Every command waits for a chain, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const passphrase = 'four words nobody guesses'
const provider = devAccount(2).address

let chain: SwarmChain
let home: string
let deployment: string
let passphraseFile: string

beforeAll(async () => {
  chain = await startSwarmChain()
  home = await mkdtemp(join(tmpdir(), 'unhosted-cli-wallet-'))
  deployment = join(home, 'deployment.json')
  passphraseFile = join(home, 'passphrase')
  await writeFile(deployment, formatDeployment(chain.deployment))
  await writeFile(passphraseFile, `${passphrase}\n`, { mode: 0o600 })
  const { privateKey } = devAccount(1).getHdKey()
  if (privateKey === null) throw new Error('a development account without a key')
  await createWallet(homePaths(home), passphrase, { payerKey: toHex(privateKey), scryptCost: 1024 })
})
afterAll(async () => {
  await chain?.stop()
  await rm(home, { recursive: true, force: true })
})

const run = (...args: readonly string[]): Promise<Ended> => runHere(args, { UNHOSTED_HOME: home })
const signed = (...args: readonly string[]) => [...args, '--yes', '--passphrase-file', passphraseFile]
const sign = (...args: readonly string[]): Promise<Ended> => run(...signed(...args))
/** The program itself. */
const start = (...args: readonly string[]): Promise<Ended> => runProgram(args, { environment: { UNHOSTED_HOME: home } })

/** The JSON document of a command that must succeed. */
async function document(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe('a wallet on a chain', () => {
  it('asks for a chain, takes the one it is given, and then remembers it', async () => {
    const lost = await start('wallet', 'balance')
    expect(lost).toMatchObject({ code: 1, stderr: expect.stringContaining('unhosted swarm use') })
    const used = await start('swarm', 'use', '--rpc', `${chain.rpcUrl}/?key=sesame`, '--deployment', deployment)
    expect(used).toMatchObject({ code: 0, stdout: expect.stringContaining('Using chain 31337') })
    expect(used.stdout + used.stderr).not.toContain('sesame')
    const asked = await start('wallet', 'balance', '--json')
    expect(asked).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(asked.stdout)).toMatchObject({
      chainId: 31_337,
      payer: devAccount(1).address.toLowerCase(),
      inHandMicroUsdc: '1000000000000',
      depositedMicroUsdc: '0'
    })
  })

  it('refuses an endpoint of another chain before anything is asked', async () => {
    const wrong = await sign('wallet', 'deposit', '5', '--chain', '8453')
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('chain 8453') })
  })

  it('signs nothing that nobody was asked about', async () => {
    const asked = await run('wallet', 'deposit', '5', '--passphrase-file', passphraseFile)
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect(await document('wallet', 'balance')).toMatchObject({ inHandMicroUsdc: '1000000000000' })
  })

  it('reads no passphrase that others can read', async () => {
    const open = join(home, 'open')
    await writeFile(open, passphrase)
    await chmod(open, 0o644)
    const refused = await run('wallet', 'deposit', '5', '--yes', '--passphrase-file', open)
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('chmod 600') })
  })

  it('reads no passphrase from a folder', async () => {
    const refused = await run('wallet', 'deposit', '1', '--yes', '--passphrase-file', home)
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('is a folder') })
  })

  it('opens with no other passphrase, and repeats none', async () => {
    const wrong = join(home, 'wrong')
    await writeFile(wrong, 'somebody else', { mode: 0o600 })
    const refused = await run('wallet', 'deposit', '5', '--yes', '--passphrase-file', wrong)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('passphrase') })
    expect(refused.stdout + refused.stderr).not.toContain('somebody')
  })

  it('deposits, showing what it signs, and withdraws to any address', async () => {
    const deposited = await start(...signed('wallet', 'deposit', '5'))
    expect(deposited).toMatchObject({ code: 0, stdout: expect.stringContaining('Deposited $5.00 USDC') })
    for (const shown of ['ReceiveWithAuthorization', 'depositWithAuthorization', '$5.00 USDC', 'fee      at most']) {
      expect(deposited.stderr).toContain(shown)
    }
    const approved = await sign('wallet', 'deposit', '1', '--approve')
    expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining('$6.00 USDC are free') })
    const withdrawn = await sign('wallet', 'withdraw', '2', '--to', devAccount(9).address)
    expect(withdrawn).toMatchObject({ code: 0, stdout: expect.stringContaining(devAccount(9).address) })
    const sent = await sign('wallet', 'send', '1.5', devAccount(9).address)
    expect(sent).toMatchObject({ code: 0 })
    expect(await document('wallet', 'balance')).toMatchObject({
      inHandMicroUsdc: String(1_000_000_000_000n - 7_500_000n),
      depositedMicroUsdc: '4000000'
    })
  })

  it('pays once where a command that was cut off is run again', async () => {
    const folder = swarmPaths(homePaths(home)).journal
    await mkdir(folder, { recursive: true })
    const { connection, deployment: contracts } = chain
    const policy = { ...defaultSendPolicy, pollMs: 20, patienceMs: 100 }
    const sender = createAccountSender({ connection, account: devAccount(1), folder, policy, log: silentLog })
    const friend = devAccount(8).address.toLowerCase() as `0x${string}`
    const friendHas = () => readUsdcBalance(connection, contracts.usdc, friend, signal)
    await chain.rpc('evm_setAutomine', false)
    const cutOff = sendUsdc({ connection, deployment: contracts, sender }, friend, microUsdc(1_000_000n), signal)
    await expect(cutOff).rejects.toMatchObject({ code: 'TX_PENDING' })
    await chain.rpc('evm_setAutomine', true)
    await chain.rpc('evm_mine')
    const again = await sign('wallet', 'send', '1', friend)
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing new was signed') })
    expect(again.stderr).not.toContain('Signing a transaction')
    expect(await friendHas()).toBe(1_000_000n)
    expect(await sign('wallet', 'send', '1', friend)).toMatchObject({ code: 0 })
    expect(await friendHas()).toBe(2_000_000n)
  })

  it.each([
    ['more than there is', ['wallet', 'withdraw', '1000'], 1, 'deposit'],
    ['nothing', ['wallet', 'deposit', '0'], 2, 'more than 0'],
    ['half a micro-USDC', ['wallet', 'deposit', '0.0000005'], 1, '6 decimals'],
    ['an address with a wrong checksum', ['wallet', 'send', '1', `${provider.slice(0, -1)}9`], 2, 'not an address']
  ])('refuses %s', async (_id, args, code, words) => {
    expect(await sign(...args)).toMatchObject({ code, stderr: expect.stringContaining(words) })
  })
})

describe('contracts as recipients', () => {
  it.each(['usdc', 'swarmLanes', 'providerStake'] as const)(
    '%s gets nothing by hand: it would be lost',
    async (name) => {
      const to = chain.deployment[name]
      const refused = { code: 2, stderr: expect.stringContaining('is lost') }
      expect(await sign('wallet', 'send', '1', to)).toMatchObject(refused)
      expect(await sign('wallet', 'withdraw', '1', '--to', to)).toMatchObject(refused)
    }
  )
})

describe('lanes of a wallet', () => {
  it('are opened, topped up, listed and closed', async () => {
    const opened = JSON.parse((await sign('swarm', 'open', provider, '0.50', '--json')).stdout)
    expect(opened).toMatchObject({ laneId: expect.stringMatching(/^0x[0-9a-f]{64}$/), fundedMicroUsdc: '500000' })
    const name: string = opened.laneId.slice(2, 8)
    expect(await sign('swarm', 'top-up', name, '0.25')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('$0.75 USDC in total')
    })
    expect(await document('swarm', 'lanes')).toMatchObject({
      lanes: [{ laneId: opened.laneId, provider: provider.toLowerCase(), status: 'open', fundedMicroUsdc: '750000' }]
    })
    expect(await document('wallet', 'balance')).toMatchObject({
      depositedMicroUsdc: '3250000',
      inLanesMicroUsdc: '750000'
    })
    expect(await sign('swarm', 'close', name)).toMatchObject({ code: 0, stdout: expect.stringContaining('is closing') })
    const early = await sign('swarm', 'close', name)
    expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining('for another 24 h') })
    expect(early.stderr).not.toContain('unix second')
    await chain.rpc('evm_increaseTime', 86_400)
    await chain.rpc('evm_mine')
    expect(await sign('swarm', 'close', name)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('$0.75 USDC went back')
    })
    expect(await document('wallet', 'balance')).toMatchObject({ depositedMicroUsdc: '4000000', inLanesMicroUsdc: '0' })
    expect(await sign('swarm', 'close', name)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('already closed')
    })
  })

  it('name the side that a command is for', async () => {
    expect(await sign('swarm', 'release', 'ffff')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('earns from')
    })
    expect(await sign('swarm', 'close', 'ffff')).toMatchObject({ code: 2, stderr: expect.stringContaining('pays for') })
  })

  it.each([
    ['a lane that is none', ['swarm', 'top-up', 'ffff', '1'], 'No lane'],
    ['the wallet itself for a provider', ['swarm', 'open', devAccount(1).address, '1'], 'another account'],
    ['a window that is too short', ['swarm', 'open', provider, '1', '--window', '10m'], '1h to 30d']
  ])('refuse %s', async (_id, args, words) => {
    expect(await sign(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) })
  })
})

describe('the stake of a machine', () => {
  it('is nothing, then something that answers for this machine, and can be asked back', async () => {
    expect(await run('swarm', 'stake')).toMatchObject({ code: 0, stdout: expect.stringContaining('No stake') })
    const staked = await sign('swarm', 'stake', '20')
    expect(staked).toMatchObject({ code: 0, stdout: expect.stringContaining('Staked    $20.00 USDC') })
    expect(staked.stderr).toContain('Signing JobKey')
    // The job key is set once; more stake takes two signatures, not three.
    expect((await sign('swarm', 'stake', '1')).stderr).not.toContain('Signing JobKey')
    expect(await sign('swarm', 'unstake', '6')).toMatchObject({ stdout: expect.stringContaining('in 7 d') })
    const early = await sign('swarm', 'unstake')
    expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining('can be withdrawn in 7 d') })
    await chain.rpc('evm_increaseTime', 7 * 86_400)
    await chain.rpc('evm_mine')
    expect(await sign('swarm', 'unstake')).toMatchObject({ code: 0 })
    expect(await document('swarm', 'stake')).toMatchObject({ amountMicroUsdc: '15000000', leaving: null })
  })
})

describe('contracts of one’s own', () => {
  it('are deployed, checked and used', async () => {
    const deployed = await sign(
      'swarm',
      'deploy',
      '--rpc',
      chain.rpcUrl,
      '--chain',
      '31337',
      '--usdc',
      'mock',
      '--json'
    )
    expect(deployed.code, deployed.stderr).toBe(0)
    const { swarmLanes } = JSON.parse(deployed.stdout)
    expect(swarmLanes).not.toBe(chain.deployment.swarmLanes)
    expect(await document('wallet', 'balance')).toMatchObject({
      inHandMicroUsdc: '1000000000000',
      stakedMicroUsdc: '0'
    })
  })

  it('are not taken where the code is another', async () => {
    const { usdc } = chain.deployment
    await writeFile(deployment, formatDeployment({ ...chain.deployment, swarmLanes: usdc }))
    const refused = await run('swarm', 'use', '--rpc', chain.rpcUrl, '--deployment', deployment)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Do not use it') })
  })
})
