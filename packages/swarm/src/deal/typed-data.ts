import * as AbiParameters from 'ox/AbiParameters'
import * as OxHash from 'ox/Hash'
import * as TypedData from 'ox/TypedData'
import type { Address, ChunkReceipt, Hash, Job, JobKey, Lane, Panel, Quote, Verdict, Voucher } from './objects.ts'

/** EIP-712 types of everything that is signed. Order and names are part of every hash. */
export const types = {
  Voucher: [
    { name: 'laneId', type: 'bytes32' },
    { name: 'cumulative', type: 'uint128' },
    { name: 'ledgerHead', type: 'bytes32' }
  ],
  Quote: [
    { name: 'provider', type: 'address' },
    { name: 'peerIdHash', type: 'bytes32' },
    { name: 'modelId', type: 'bytes32' },
    { name: 'inPico', type: 'uint64' },
    { name: 'outPico', type: 'uint64' },
    { name: 'cachedPico', type: 'uint64' },
    { name: 'maxCtx', type: 'uint32' },
    { name: 'chunkTokens', type: 'uint32' },
    { name: 'arbiterSet', type: 'bytes32' },
    { name: 'atRisk', type: 'uint128' },
    { name: 'validUntil', type: 'uint64' },
    { name: 'nonce', type: 'bytes32' }
  ],
  Job: [
    { name: 'jobId', type: 'bytes32' },
    { name: 'laneId', type: 'bytes32' },
    { name: 'quoteHash', type: 'bytes32' },
    { name: 'requestCommit', type: 'bytes32' },
    { name: 'maxCharge', type: 'uint128' },
    { name: 'maxOut', type: 'uint32' },
    { name: 'deadline', type: 'uint64' },
    { name: 'attempt', type: 'uint32' }
  ],
  ChunkReceipt: [
    { name: 'jobHash', type: 'bytes32' },
    { name: 'seq', type: 'uint32' },
    { name: 'prev', type: 'bytes32' },
    { name: 'leafRoot', type: 'bytes32' },
    { name: 'inTokens', type: 'uint32' },
    { name: 'cachedTokens', type: 'uint32' },
    { name: 'outTokens', type: 'uint32' },
    { name: 'chargedPico', type: 'uint128' },
    { name: 'signedAt', type: 'uint64' },
    { name: 'finish', type: 'uint8' }
  ],
  Verdict: [
    { name: 'disputeId', type: 'bytes32' },
    { name: 'guilty', type: 'bool' },
    { name: 'refund', type: 'uint128' },
    { name: 'evidenceRoot', type: 'bytes32' }
  ],
  JobKey: [
    { name: 'provider', type: 'address' },
    { name: 'peerIdHash', type: 'bytes32' }
  ]
} as const satisfies TypedData.TypedData

export type SignedKind = keyof typeof types

/** Each kind's object. */
export interface SignedObjects {
  readonly Voucher: Voucher
  readonly Quote: Quote
  readonly Job: Job
  readonly ChunkReceipt: ChunkReceipt
  readonly Verdict: Verdict
  readonly JobKey: JobKey
}

/** Where the contracts stand; signatures are good on that chain and for those contracts only. */
export interface Deployment {
  readonly chainId: number
  readonly swarmLanes: Address
  readonly providerStake: Address
}

/** The EIP-712 domain under which `kind` is signed. */
export function domainOf(kind: SignedKind, { chainId, swarmLanes, providerStake }: Deployment) {
  return kind === 'Voucher'
    ? { name: 'Unhosted SwarmLanes', version: '1', chainId, verifyingContract: swarmLanes }
    : { name: 'Unhosted ProviderStake', version: '1', chainId, verifyingContract: providerStake }
}

/** EIP-712 hashStruct: the same on every chain. Quotes, jobs and receipts refer to each other by it. */
export function structHash<K extends SignedKind>(kind: K, object: SignedObjects[K]): Hash {
  return TypedData.hashStruct({ types, primaryType: kind, data: { ...object } })
}

/** What is signed: the EIP-712 digest of `object` for one deployment. */
export function digest<K extends SignedKind>(kind: K, object: SignedObjects[K], deployment: Deployment): Hash {
  return OxHash.keccak256(
    `0x1901${TypedData.domainSeparator(domainOf(kind, deployment)).slice(2)}${structHash(kind, object).slice(2)}`
  )
}

const laneParameters = AbiParameters.from(['address', 'address', 'address', 'uint32', 'uint64'])
const panelParameters = AbiParameters.from(['address[]', 'uint8'])
const jobParameters = AbiParameters.from(['bytes32', 'bytes32', 'bytes32'])

/** keccak256(abi.encode(lane)), as SwarmLanes.laneIdOf. */
export function laneId({ payer, provider, signer, closeWindow, nonce }: Lane): Hash {
  return OxHash.keccak256(AbiParameters.encode(laneParameters, [payer, provider, signer, closeWindow, nonce]))
}

/** keccak256(abi.encode(arbiters, threshold)), what a quote's `arbiterSet` must be. */
export function arbiterSet({ arbiters, threshold }: Panel): Hash {
  return OxHash.keccak256(AbiParameters.encode(panelParameters, [[...arbiters], threshold]))
}

/** The same request of the same client on the same lane is the same job, however often it is sent. */
export function jobId(lane: Hash, clientKey: Hash, requestCommit: Hash): Hash {
  return OxHash.keccak256(AbiParameters.encode(jobParameters, [lane, clientKey, requestCommit]))
}
