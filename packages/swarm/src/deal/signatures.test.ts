import { microUsdc } from '@unhosted/core/units'
import { describe, expect, it } from 'vitest'
import type { Address, CompactSignature } from './objects.ts'
import { addressOf, isSignedBy, recoverSigner, sign, signed } from './signatures.ts'
import type { Deployment } from './typed-data.ts'

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const key = `0x${'01'.repeat(32)}` as const
const signer: Address = '0x1a642f0e3c3af545e7acbd38b07251b3990914f1'
const deployment: Deployment = {
  chainId: 31337,
  swarmLanes: `0x${'11'.repeat(20)}`,
  providerStake: `0x${'22'.repeat(20)}`
}
const voucher = {
  laneId: `0x${'ab'.repeat(32)}`,
  cumulative: microUsdc(7n),
  ledgerHead: `0x${'cd'.repeat(32)}`
} as const
const good = signed('Voucher', voucher, deployment, key)

/** Other r, s and parity in the same 64 bytes. */
function altered(change: { r?: bigint; s?: bigint; flip?: boolean }): CompactSignature {
  const vs = BigInt(`0x${good.signature.slice(66)}`)
  const parity = (vs >> 255n) ^ (change.flip ? 1n : 0n)
  const r = change.r ?? BigInt(good.signature.slice(0, 66))
  const s = change.s ?? vs & ((1n << 255n) - 1n)
  const word = (value: bigint) => value.toString(16).padStart(64, '0')
  return `0x${word(r)}${word((parity << 255n) | s)}`
}

const codeOf = (signature: string): string => {
  try {
    return recoverSigner('Voucher', { object: voucher, signature: signature as CompactSignature }, deployment)
  } catch (error) {
    return String(Reflect.get(error as object, 'code'))
  }
}

describe('a signature', () => {
  it('is 64 bytes, the same each time, and tells who signed', () => {
    expect(good.signature).toMatch(/^0x[0-9a-f]{128}$/)
    expect(sign('Voucher', voucher, deployment, key)).toBe(good.signature)
    expect(recoverSigner('Voucher', good, deployment)).toBe(signer)
    expect(addressOf(key)).toBe(signer)
    expect(isSignedBy('Voucher', good, deployment, signer)).toBe(true)
  })

  it.each([
    ['another chain', { ...deployment, chainId: 8453 }],
    ['another contract', { ...deployment, swarmLanes: deployment.providerStake }]
  ])('is no good on %s', (_id, elsewhere) => {
    expect(isSignedBy('Voucher', good, elsewhere, signer)).toBe(false)
  })

  it('with s at half of the order is well formed, though not of this signer', () => {
    expect(codeOf(altered({ s: order / 2n }))).toMatch(/^0x[0-9a-f]{40}$/)
  })

  it('is no good for another amount', () => {
    const more = { ...good, object: { ...voucher, cumulative: microUsdc(8n) } }
    expect(isSignedBy('Voucher', more, deployment, signer)).toBe(false)
  })

  it.each([
    ['s just above half of the order', () => altered({ s: order / 2n + 1n })],
    ['the highest s that 255 bits hold', () => altered({ s: 2n ** 255n - 1n })],
    ['r of zero', () => altered({ r: 0n })],
    ['s of zero', () => altered({ s: 0n })],
    ['r of the order', () => altered({ r: order })],
    ['r that is no point', () => altered({ r: 5n })],
    ['65 bytes', () => `${good.signature}1b`],
    ['63 bytes', () => good.signature.slice(0, -2)],
    ['upper-case letters', () => `0x${good.signature.slice(2).toUpperCase()}`],
    ['no text at all', () => '']
  ])('is refused with %s', (_id, signature) => {
    expect(codeOf(signature())).toBe('SIGNATURE_MALFORMED')
    expect(
      isSignedBy('Voucher', { object: voucher, signature: signature() as CompactSignature }, deployment, signer)
    ).toBe(false)
  })

  it.each([
    ['zero', `0x${'00'.repeat(32)}`],
    ['the order of the curve', `0x${order.toString(16)}`],
    ['31 bytes', `0x${'01'.repeat(31)}`],
    ['not hexadecimal', '0xhello']
  ])('is never made by a key that is %s, and the error does not tell the key', (_id, bad) => {
    const make = () => sign('Voucher', voucher, deployment, bad as `0x${string}`)
    expect(make).toThrow(expect.objectContaining({ code: 'SIGNING_KEY_INVALID' }))
    expect(make).toThrow(expect.not.objectContaining({ cause: expect.anything() }))
    expect(make).not.toThrow(bad)
  })

  it('is never made for an amount that no contract can hold', () => {
    const make = () => sign('Voucher', { ...voucher, cumulative: microUsdc(2n ** 128n) }, deployment, key)
    expect(make).toThrow(expect.objectContaining({ code: 'DEAL_MALFORMED' }))
  })
})
