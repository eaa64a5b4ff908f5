import { microUsdc, picoUsdc } from '@unhosted/core/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BaseError } from '../errors/index.ts'
import type { Address, Finish, Hash } from './objects.ts'
import { type DealKind, type DealObjects, decode, decodeSigned, encode, encodeSigned, maxArbiters } from './schema.ts'
import { signed } from './signatures.ts'
import { deployment, job, jobKey, keys, lane, panel, quote, verdict, voucher } from './testing/sample-deal.ts'
import { receiptAt } from './testing/sample-terms.ts'
import type { SignedKind } from './typed-data.ts'

// Any object that the schemas take, the edges of every field among them.

const hex = (bytes: number): fc.Arbitrary<`0x${string}`> =>
  fc
    .oneof(
      fc.constantFrom('00'.repeat(bytes), 'ff'.repeat(bytes)),
      fc
        .uint8Array({ minLength: bytes, maxLength: bytes })
        .map((value) => [...value].map((byte) => byte.toString(16).padStart(2, '0')).join(''))
    )
    .map((digits) => `0x${digits}` as const)
const hash: fc.Arbitrary<Hash> = hex(32)
const address: fc.Arbitrary<Address> = hex(20)
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const seconds = fc.maxSafeNat()
const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })
const pico64 = uint(64).map(picoUsdc)
const pico128 = uint(128).map(picoUsdc)
const micro128 = uint(128).map(microUsdc)

const arbitraries: { readonly [K in DealKind]: fc.Arbitrary<DealObjects[K]> } = {
  Lane: fc.record({ payer: address, provider: address, signer: address, closeWindow: uint32, nonce: uint(64) }),
  Voucher: fc.record({ laneId: hash, cumulative: micro128, ledgerHead: hash }),
  Quote: fc.record({
    provider: address,
    peerIdHash: hash,
    modelId: hash,
    inPico: pico64,
    outPico: pico64,
    cachedPico: pico64,
    maxCtx: uint32,
    chunkTokens: uint32,
    arbiterSet: hash,
    atRisk: micro128,
    validUntil: seconds,
    nonce: hash
  }),
  Job: fc.record({
    jobId: hash,
    laneId: hash,
    quoteHash: hash,
    requestCommit: hash,
    maxCharge: pico128,
    maxOut: uint32,
    deadline: seconds,
    attempt: uint32
  }),
  ChunkReceipt: fc.record({
    jobHash: hash,
    seq: uint32,
    prev: hash,
    leafRoot: hash,
    inTokens: uint32,
    cachedTokens: uint32,
    outTokens: uint32,
    chargedPico: pico128,
    signedAt: seconds,
    finish: fc.constantFrom<Finish[]>(0, 1, 2, 3, 4)
  }),
  Panel: fc.record({
    arbiters: fc.array(address, { maxLength: maxArbiters }),
    threshold: fc.integer({ min: 0, max: 255 })
  }),
  Verdict: fc.record({ disputeId: hash, guilty: fc.boolean(), refund: micro128, evidenceRoot: hash }),
  JobKey: fc.record({ provider: address, peerIdHash: hash })
}

const receipt = receiptAt(1)
const samples = {
  Lane: lane,
  Voucher: voucher,
  Quote: quote,
  Job: job,
  ChunkReceipt: receipt,
  Panel: panel,
  Verdict: verdict,
  JobKey: jobKey
}
const kinds = Object.keys(arbitraries) as readonly DealKind[]

/** The wire form of the sample, as parsed from text. */
const wire = (kind: DealKind): Record<string, unknown> =>
  JSON.parse(JSON.stringify(encode(kind, samples[kind] as never)))

const outcome = (work: () => unknown): unknown => {
  try {
    work()
    return 'taken'
  } catch (error) {
    return error instanceof BaseError ? error.code : error
  }
}

describe.each(kinds)('%s', (kind) => {
  it('comes back as it went out, through text', () => {
    fc.assert(
      fc.property(arbitraries[kind] as fc.Arbitrary<never>, (object) => {
        const text = JSON.stringify(encode(kind, object))
        expect(decode(kind, JSON.parse(text))).toEqual(object)
      })
    )
  })

  it('has one wire form: what is taken is written again just so', () => {
    const text = JSON.stringify(wire(kind))
    expect(JSON.stringify(encode(kind, decode(kind, JSON.parse(text)) as never))).toBe(text)
  })

  it('is written in one order of fields, whatever the order it came in', () => {
    const turned = Object.fromEntries(Object.entries(samples[kind]).toReversed())
    expect(JSON.stringify(encode(kind, turned as never))).toBe(JSON.stringify(wire(kind)))
  })

  it('is refused with any field missing, and with one too many', () => {
    for (const name of Object.keys(wire(kind))) {
      const { [name]: _, ...rest } = wire(kind)
      expect(
        outcome(() => decode(kind, rest)),
        name
      ).toBe('DEAL_MALFORMED')
    }
    expect(outcome(() => decode(kind, { ...wire(kind), more: 1 }))).toBe('DEAL_MALFORMED')
    const polluted = JSON.parse(JSON.stringify(wire(kind)).replace('{', '{"__proto__":{"a":1},'))
    expect(outcome(() => decode(kind, polluted))).toBe('DEAL_MALFORMED')
  })

  it('is refused, and never anything worse, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (json) => {
        expect(outcome(() => decode(kind, json))).toBe('DEAL_MALFORMED')
      })
    )
  })

  it('is refused, and never anything worse, with any value in the place of a field', () => {
    const names = Object.keys(wire(kind))
    const hostile = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('0x', '-1', '1e3', '007', '+1', ' 1', '', 1.5, -1, 2 ** 53)
    )
    fc.assert(
      fc.property(fc.constantFrom(...names), hostile, (name, value) => {
        const json = { ...wire(kind), [name]: value }
        const result = outcome(() => decode(kind, json))
        // Some values are good by chance; then they are what is written again.
        if (result === 'taken')
          expect(JSON.stringify(encode(kind, decode(kind, json) as never))).toBe(JSON.stringify(json))
        else expect(result).toBe('DEAL_MALFORMED')
      })
    )
  })
})

const uint128 = 2n ** 128n
const uint64 = 2n ** 64n
const refused: readonly (readonly [string, DealKind, Record<string, unknown>, string])[] = [
  ['a hash in capitals', 'Voucher', { laneId: `0x${'AB'.repeat(32)}` }, 'laneId'],
  ['a hash of 31 bytes', 'Voucher', { laneId: `0x${'ab'.repeat(31)}` }, 'laneId'],
  ['a hash with a line feed after it', 'Voucher', { laneId: `0x${'ab'.repeat(32)}\n` }, 'laneId'],
  ['a hash without 0x', 'Voucher', { laneId: 'ab'.repeat(33) }, 'laneId'],
  ['a checksummed address', 'Lane', { payer: '0x1A642f0E3c3aF545E7AcBD38b07251B3990914F1' }, 'payer'],
  ['money as a number', 'Voucher', { cumulative: 7 }, 'cumulative'],
  ['leading zeros', 'Voucher', { cumulative: '007' }, 'cumulative'],
  ['a plus sign', 'Voucher', { cumulative: '+7' }, 'cumulative'],
  ['a minus sign', 'Voucher', { cumulative: '-7' }, 'cumulative'],
  ['minus zero as text', 'Voucher', { cumulative: '-0' }, 'cumulative'],
  ['hexadecimal money', 'Voucher', { cumulative: '0x7' }, 'cumulative'],
  ['an exponent', 'Voucher', { cumulative: '7e3' }, 'cumulative'],
  ['a blank', 'Voucher', { cumulative: ' 7' }, 'cumulative'],
  ['no digits', 'Voucher', { cumulative: '' }, 'cumulative'],
  ['digits of another script', 'Voucher', { cumulative: '٧' }, 'cumulative'],
  ['2^128', 'Voucher', { cumulative: String(uint128) }, 'cumulative'],
  ['a million digits', 'Voucher', { cumulative: '9'.repeat(1_000_000) }, 'cumulative'],
  ['a price of 2^64', 'Quote', { inPico: String(uint64) }, 'inPico'],
  ['a lane nonce of 2^64', 'Lane', { nonce: String(uint64) }, 'nonce'],
  ['2^32 tokens', 'Quote', { maxCtx: 2 ** 32 }, 'maxCtx'],
  ['half a token', 'Job', { maxOut: 0.5 }, 'maxOut'],
  ['minus zero', 'Job', { maxOut: -0 }, 'maxOut'],
  ['tokens as text', 'Job', { maxOut: '7' }, 'maxOut'],
  ['a time that numbers do not hold exactly', 'Job', { deadline: 2 ** 53 }, 'deadline'],
  ['a time before 1970', 'Job', { deadline: -1 }, 'deadline'],
  ['a finish of 5', 'ChunkReceipt', { finish: 5 }, 'finish'],
  ['a verdict of 1', 'Verdict', { guilty: 1 }, 'guilty'],
  ['sixteen arbiters', 'Panel', { arbiters: Array(16).fill(lane.payer) }, 'arbiters'],
  ['a threshold of 256', 'Panel', { threshold: 256 }, 'threshold']
]

describe('decode', () => {
  it.each(refused)('refuses %s, naming the field and not the value', (_id, kind, change, field) => {
    const work = () => decode(kind, { ...wire(kind), ...change })
    expect(work).toThrow(
      expect.objectContaining({
        code: 'DEAL_MALFORMED',
        message: expect.stringMatching(new RegExp(`^A ${kind} is malformed, field ${field}: .{1,100}$`)),
        advice: expect.stringContaining('Nothing was signed or paid.')
      })
    )
  })

  it('does not repeat the name of an unknown field', () => {
    const work = () => decode('Voucher', { ...wire('Voucher'), 'pay\u001b[2Jme': 1 })
    expect(work).toThrow('A Voucher is malformed: has an unknown field.')
  })

  it.each([[null], [undefined], [[]], ['{}'], [7], [Object.create(null)]])('refuses %j', (json) => {
    expect(outcome(() => decode('Voucher', json))).toBe('DEAL_MALFORMED')
  })
})

describe('encode', () => {
  it.each([
    ['a negative amount', { cumulative: -1n }],
    ['an amount of 2^128', { cumulative: uint128 }],
    ['a hash that is none', { ledgerHead: '0x' }]
  ])('never writes %s', (_id, change) => {
    expect(outcome(() => encode('Voucher', { ...voucher, ...change } as never))).toBe('DEAL_MALFORMED')
  })
})

describe('with a signature', () => {
  const given = signed('Voucher', voucher, deployment, keys.signer)
  const json = JSON.parse(JSON.stringify(encodeSigned('Voucher', given)))

  it('comes back as it went out', () => {
    expect(decodeSigned('Voucher', json)).toEqual(given)
  })

  it.each([
    ['no signature', { object: json.object }],
    ['a signature of 65 bytes', { ...json, signature: `${json.signature}1b` }],
    ['a signature in capitals', { ...json, signature: json.signature.toUpperCase() }],
    ['an unknown field beside', { ...json, signer: lane.signer }],
    ['an unknown field inside', { ...json, object: { ...json.object, more: 1 } }],
    ['no object', { signature: json.signature }],
    ['nothing', null]
  ])('is refused with %s', (_id, bad) => {
    expect(outcome(() => decodeSigned('Voucher', bad))).toBe('DEAL_MALFORMED')
  })

  it('is refused as any other kind', () => {
    const others = kinds.filter((kind): kind is SignedKind => !['Voucher', 'Lane', 'Panel'].includes(kind))
    for (const kind of others)
      expect(
        outcome(() => decodeSigned(kind, json)),
        kind
      ).toBe('DEAL_MALFORMED')
  })
})
