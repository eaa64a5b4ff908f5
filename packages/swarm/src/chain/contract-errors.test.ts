import { providerStakeAbi, swarmLanesAbi } from '@unhosted/swarm-contracts'
import { encodeAbiParameters, encodeErrorResult, parseAbi } from 'viem'
import { describe, expect, it } from 'vitest'
import { decodeRevert } from './contract-errors.ts'

const payer = '0x1111111111111111111111111111111111111111'
const lane = `0x${'ab'.repeat(32)}` as const

describe('decodeRevert', () => {
  it.each([
    [
      'a custom error of SwarmLanes',
      encodeErrorResult({ abi: swarmLanesAbi, errorName: 'InsufficientDeposit', args: [payer, 5n, 7n] }),
      { name: 'InsufficientDeposit', args: { payer, free: '5', wanted: '7' } },
      `${payer} has $0.000005 USDC of deposit that is free, not $0.000007 USDC`
    ],
    [
      'one with a time',
      encodeErrorResult({ abi: swarmLanesAbi, errorName: 'CloseNotOver', args: [lane, 1_700_000_000n] }),
      { name: 'CloseNotOver' },
      `the close of lane ${lane} may be finished at unix second 1700000000, not before`
    ],
    [
      'one of ProviderStake that has no sentence of its own',
      encodeErrorResult({ abi: providerStakeAbi, errorName: 'NotAnArbiter', args: [payer] }),
      { name: 'NotAnArbiter', args: { signer: payer } },
      `not an arbiter: signer ${payer}`
    ],
    [
      'a sentence, as USDC gives',
      encodeErrorResult({ abi: parseAbi(['error Error(string)']), args: ['Blacklistable: account is blacklisted'] }),
      { name: 'Error' },
      'Blacklistable: account is blacklisted'
    ],
    ['data of a stranger', '0xdeadbeef', { name: 'unknown' }, 'an error it does not explain (0xdeadbeef)']
  ] as const)('%s', (_, data, revert, words) => {
    expect(decodeRevert(data)).toMatchObject({ ...revert, words })
  })

  it.each([
    ['nothing', '0x'],
    ['no data', undefined],
    ['not hex', 'oops'],
    ['half a byte', '0xabc']
  ])('%s is no reason', (_, data) => {
    expect(decodeRevert(data)).toBeNull()
  })

  it('cuts a long sentence and takes the commands for terminals out', () => {
    const text = `\u001b[2J${'x'.repeat(5000)}`
    const data = `0x08c379a0${encodeAbiParameters([{ type: 'string' }], [text]).slice(2)}`
    const words = decodeRevert(data)?.words ?? ''
    expect(words).not.toContain('\u001b')
    expect(words.length).toBeLessThan(210)
  })

  it('has words for every error of the contracts', () => {
    const errors = [...swarmLanesAbi, ...providerStakeAbi].filter((item) => item.type === 'error')
    expect(errors.length).toBeGreaterThan(20)
    const sample = ({ type }: { readonly type: string }) => ({ string: 'x', address: payer, bytes32: lane })[type] ?? 1n
    for (const item of errors) {
      const revert = { abi: [item], errorName: item.name, args: item.inputs.map(sample) }
      const words = decodeRevert(encodeErrorResult(revert as Parameters<typeof encodeErrorResult>[0]))?.words
      expect(words, item.name).toMatch(/^[\w ]+/)
      expect(words, item.name).not.toContain('?')
    }
  })
})
