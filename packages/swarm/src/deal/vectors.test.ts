import { readFileSync } from 'node:fs'
import {
  compactSignatureToSignature,
  hashStruct,
  hashTypedData,
  parseCompactSignature,
  recoverAddress,
  serializeSignature
} from 'viem'
import { describe, expect, it } from 'vitest'
import { decode } from './schema.ts'
import { isSignedBy, recoverSigner } from './signatures.ts'
import { dealVectors } from './testing/deal-vectors.ts'
import { arbiterSet, digest, domainOf, jobId, laneId, type SignedKind, structHash, types } from './typed-data.ts'

// The other half is packages/swarm-contracts/test/Vectors.t.sol. viem is a second implementation of EIP-712 and of
// secp256k1's recovery from its parts.

const path = '../../../swarm-contracts/vectors/deal.json'
const text = readFileSync(new URL(path, import.meta.url), 'utf8')
const vectors = JSON.parse(text) as ReturnType<typeof dealVectors>
/** viem infers a type of its own from a narrower one, which no value of ours is. */
type ViemTypes = Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>
const viemTypes: ViemTypes = types
const viemDomain: ViemTypes = {
  EIP712Domain: [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' }
  ]
}
const [first, second] = vectors.deployments
const kinds = Object.keys(types) as readonly SignedKind[]
const instances = kinds.flatMap((kind) => (vectors.signed[kind] ?? []).map((vector) => ({ kind, ...vector })))

describe('vectors/deal.json', () => {
  it('is what npm run vectors writes', () => {
    expect(text).toBe(`${JSON.stringify(dealVectors(), null, 2)}\n`)
  })

  it('holds three instances of each of six kinds, each signed for two deployments', () => {
    expect(instances.map(({ signatures }) => signatures.length)).toEqual(Array(18).fill(2))
  })
})

describe.each(instances)('$kind, $id', ({ kind, object, structHash: expected, signatures }) => {
  const value = decode(kind, object)
  const message = { ...value } as Record<string, unknown>

  it('has the struct hash that viem computes', () => {
    expect(structHash(kind, value)).toBe(expected)
    expect(hashStruct({ types: viemTypes, primaryType: kind, data: message })).toBe(expected)
  })

  it.each([0, 1])(
    'has the digest that viem computes and the signer that viem recovers, on deployment %i',
    async (at) => {
      const deployment = vectors.deployments[at] ?? expect.unreachable()
      const { digest: expectedDigest, signer, signature } = signatures[at] ?? expect.unreachable()
      expect(digest(kind, value, deployment)).toBe(expectedDigest)
      expect(recoverSigner(kind, { object: value, signature }, deployment)).toBe(signer)
      const domain = domainOf(kind, deployment)
      expect(hashTypedData({ domain, types: viemTypes, primaryType: kind, message })).toBe(expectedDigest)
      const full = serializeSignature(compactSignatureToSignature(parseCompactSignature(signature)))
      const recovered = await recoverAddress({ hash: expectedDigest, signature: full })
      expect(recovered.toLowerCase()).toBe(signer)
    }
  )

  it('is not signed for the other deployment', () => {
    const [one, other] = signatures
    if (one === undefined || other === undefined || first === undefined || second === undefined) expect.unreachable()
    expect(isSignedBy(kind, { object: value, signature: one.signature }, second, one.signer)).toBe(false)
    expect(isSignedBy(kind, { object: value, signature: other.signature }, first, other.signer)).toBe(false)
  })
})

describe('domains and ids', () => {
  it.each(vectors.deployments)('separators of chain $chainId are those that viem computes', (deployment) => {
    const hash = (kind: SignedKind) =>
      hashStruct({ types: viemDomain, primaryType: 'EIP712Domain', data: domainOf(kind, deployment) })
    expect(hash('Voucher')).toBe(deployment.lanesSeparator)
    expect(hash('Quote')).toBe(deployment.stakeSeparator)
  })

  it.each(vectors.lanes)('lane $id', ({ object, laneId: expected }) => {
    expect(laneId(decode('Lane', object))).toBe(expected)
  })

  it.each(vectors.panels)('panel $id', ({ object, arbiterSet: expected }) => {
    expect(arbiterSet(decode('Panel', object))).toBe(expected)
  })

  it.each(vectors.jobIds)('job $jobId', (parts) => {
    expect(jobId(parts.laneId, parts.clientKey, parts.requestCommit)).toBe(parts.jobId)
  })
})
