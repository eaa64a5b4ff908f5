import {
  type LocalAccount,
  parseSignature,
  signatureToCompactSignature,
  type TypedData,
  type TypedDataDefinition
} from 'viem'
import {
  type CompactSignature,
  type Deployment,
  domainOf,
  type Hex,
  type SignedKind,
  type SignedObjects,
  types
} from '../deal/index.ts'

/** All of them: those that an object does not refer to are not part of its hash. */
const allTypes: TypedData = types

/** Sign what both sides of the swarm sign, with an account that keeps its key to itself. */
export async function signDeal<K extends SignedKind>(
  account: LocalAccount,
  kind: K,
  object: SignedObjects[K],
  deployment: Deployment
): Promise<CompactSignature> {
  const definition: TypedDataDefinition = {
    domain: domainOf(kind, deployment),
    types: allTypes,
    primaryType: kind,
    message: { ...object }
  }
  const signature = await account.signTypedData(definition)
  const { r, yParityAndS } = signatureToCompactSignature(parseSignature(signature))
  return `0x${r.slice(2)}${yParityAndS.slice(2)}`
}

/** `Signature` of the contracts: r and vs of EIP-2098. */
export function splitSignature(signature: CompactSignature): { readonly r: Hex; readonly vs: Hex } {
  return { r: `0x${signature.slice(2, 66)}`, vs: `0x${signature.slice(66)}` }
}
