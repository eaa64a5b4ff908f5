import { describe, expect, it } from 'vitest'
import { providerStakeRuntime } from './generated/provider-stake.ts'
import { domainSeparator, fillImmutables } from './runtime.ts'

const word = (digit: string): `0x${string}` => `0x${digit.repeat(64)}`
const zeros = '0'.repeat(64)

describe('fillImmutables', () => {
  const template = { code: `0xaa${zeros}bb${zeros}cc`, immutables: { one: [34], two: [1] } } as const

  it('puts each value where its immutable stands', () => {
    const filled = `0xaa${'2'.repeat(64)}bb${'1'.repeat(64)}cc`
    expect(fillImmutables(template, { one: word('1'), two: word('2') })).toBe(filled)
  })

  it('pads short values from the left, as the EVM does, in lower case as a chain answers', () => {
    const filled = fillImmutables(template, { one: '0xAB', two: '0x01' })
    expect(filled).toBe(`0xaa${'0'.repeat(63)}1bb${'0'.repeat(62)}abcc`)
  })

  it.each([
    ['a missing value', { one: word('1') }, 'two'],
    ['a value for nothing', { one: word('1'), two: word('2'), three: word('3') }, 'three']
  ])('%s is refused by name', (_, values, name) => {
    expect(() => fillImmutables(template, values)).toThrow(name)
  })
})

it('every immutable of a compiled contract stands on zeros', () => {
  for (const offsets of Object.values(providerStakeRuntime.immutables)) {
    for (const offset of offsets) {
      expect(providerStakeRuntime.code.slice(2 + offset * 2, 2 + offset * 2 + 64)).toBe(zeros)
    }
  }
})

it('the domain separator is that of USDC on Ethereum', () => {
  // DOMAIN_SEPARATOR() of 0xA0b8...eB48, as block explorers show it.
  const usdc = {
    name: 'USD Coin',
    version: '2',
    chainId: 1,
    verifyingContract: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'
  } as const
  expect(domainSeparator(usdc)).toBe('0x06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335')
})
