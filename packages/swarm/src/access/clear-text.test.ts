import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import { swarmLanesAbi } from '@unhosted/swarm-contracts'
import { encodeFunctionData, parseTransaction, recoverTypedDataAddress, zeroAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { explainTransaction, explainTypedData, showingAccount } from './clear-text.ts'

const account = privateKeyToAccount(`0x${'07'.repeat(32)}`)
const deployment: SwarmDeployment = {
  chainId: 31_337,
  usdc: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  swarmLanes: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
  providerStake: '0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0',
  disputeBond: 5_000_000n,
  fromBlock: 1n,
  token: { name: 'USD Coin', version: '2' }
}
const provider = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const transaction = {
  type: 'eip1559',
  chainId: 31_337,
  to: deployment.swarmLanes,
  data: encodeFunctionData({
    abi: swarmLanesAbi,
    functionName: 'openLane',
    args: [provider, account.address, 86_400, 500_000n]
  }),
  value: 0n,
  nonce: 3,
  gas: 100_000n,
  maxFeePerGas: 2_000_000_000n,
  maxPriorityFeePerGas: 1n
} as const

describe('a transaction in words', () => {
  it('says who, where, what, how much, and what it may cost', () => {
    expect(explainTransaction(account.address, transaction, deployment)).toEqual([
      'Signing a transaction on chain 31337',
      `from     ${account.address}`,
      `to       SwarmLanes ${deployment.swarmLanes}`,
      'calls    openLane',
      `  provider     ${provider}`,
      `  signer       ${account.address}`,
      '  closeWindow  86400',
      '  amount       $0.50 USDC',
      'fee      at most 0.0002 ETH',
      'nonce    3'
    ])
  })

  it('gives each field of a struct a line of its own', () => {
    const lane = { payer: account.address, provider, signer: account.address, closeWindow: 86_400, nonce: 7n } as const
    const data = encodeFunctionData({ abi: swarmLanesAbi, functionName: 'topUp', args: [lane, 500_000n] })
    const text = explainTransaction(account.address, { ...transaction, data }, deployment)
    expect(text.slice(3, -2)).toEqual([
      'calls    topUp',
      '  lane',
      `    payer       ${account.address}`,
      `    provider    ${provider}`,
      `    signer      ${account.address}`,
      '    closeWindow 86400',
      '    nonce       7',
      '  amount       $0.50 USDC'
    ])
  })

  it.each([
    [
      'a stranger',
      { to: provider, data: '0xdeadbeef' },
      ['to       0x70997970C51812dc3A010C7d01b50e0d17dc79C8', 'data     4 bytes']
    ],
    ['coins', { to: provider, data: '0x', value: 10n ** 18n }, ['sends    1 ETH']],
    ['a new contract', { to: null, data: '0x6000' }, ['to       nobody: a new contract', 'data     2 bytes']],
    [
      'a call that is none of the contract’s',
      { data: '0xdeadbeef' },
      ['data     4 bytes, which call nothing that is known']
    ]
  ] as const)('%s is shown as what it is', (_id, change, lines) => {
    const text = explainTransaction(account.address, { ...transaction, ...change }, deployment)
    for (const line of lines) expect(text).toContain(line)
  })
})

describe('typed data in words', () => {
  it('names contracts, amounts and moments', () => {
    const text = explainTypedData(
      account.address,
      {
        domain: { name: 'USD Coin', verifyingContract: deployment.usdc },
        primaryType: 'ReceiveWithAuthorization',
        message: { to: deployment.swarmLanes, value: 1_250_500_000n, validAfter: 0n, validBefore: 1_795_266_557n }
      },
      deployment
    )
    expect(text).toContain(`Signing ReceiveWithAuthorization (EIP-712) as ${account.address}`)
    expect(text).toContain(`verifyingContract  USD Coin ${deployment.usdc}`)
    expect(text).toContain('value              $1,250.50 USDC')
    expect(text).toContain('validAfter         0: at once')
    expect(text).toContain('validBefore        1795266557: 2026-11-21T13:09:17.000Z')
  })
})

describe('an account that shows', () => {
  it('shows before it signs, and signs what it showed', async () => {
    const shown: string[] = []
    const showing = showingAccount(account, deployment, (text) => shown.push(...text))
    const parsed = parseTransaction(await showing.signTransaction(transaction))
    expect(parsed).toMatchObject({ to: deployment.swarmLanes.toLowerCase(), nonce: 3 })
    expect(shown).toContain('  amount       $0.50 USDC')
  })

  it('signs nothing where showing fails', async () => {
    const mute = showingAccount(account, deployment, () => {
      throw new Error('no screen')
    })
    await expect(async () => mute.signTransaction(transaction)).rejects.toThrow('no screen')
  })

  it('signs typed data as the account does', async () => {
    const shown: string[] = []
    const showing = showingAccount(account, deployment, (text) => shown.push(...text))
    const typed = {
      domain: { name: 'n', version: '1', chainId: 1, verifyingContract: zeroAddress },
      types: { JobKey: [{ name: 'provider', type: 'address' }] },
      primaryType: 'JobKey',
      message: { provider }
    } as const
    const signature = await showing.signTypedData(typed)
    expect(await recoverTypedDataAddress({ ...typed, signature })).toBe(account.address)
    expect(shown[0]).toContain('Signing JobKey')
  })
})
