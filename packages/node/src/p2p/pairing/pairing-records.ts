import { BaseError, errorSpec, isBaseError } from '@unhosted/core/errors'
import { displayNameSchema, peerIdSchema } from '@unhosted/core/inventory'
import { defaultGrants, type PeerRecord, type Radius } from '@unhosted/core/peers'
import type { PeerPresence } from '@unhosted/core/presence'
import type { PairRefusal } from '@unhosted/core/protocol'
import { unknownPeer } from '../peer-errors.ts'
import { announceable } from '../streams/addresses.ts'

export function newRecord(facts: {
  readonly peerId: string
  readonly name: string
  readonly addresses: readonly string[]
  readonly radius: Radius
  readonly pairedAt: number
}): PeerRecord {
  return {
    peerId: facts.peerId,
    name: displayNameSchema.parse(facts.name),
    radius: facts.radius,
    grants: defaultGrants[facts.radius],
    addresses: announceable(facts.addresses),
    pairedAt: facts.pairedAt
  }
}

/**
 * The peer that a person means: by id, name, or enough of the end of its id.
 * @throws BaseError PEER_UNKNOWN | USAGE (several fit)
 */
export function findPeer(reference: string, peers: readonly PeerPresence[]): PeerPresence {
  const exact = peers.find(({ peerId }) => peerId === reference)
  if (exact !== undefined) return exact
  // Machines choose their own names: one called like another's id must not be taken for it.
  if (peerIdSchema.safeParse(reference).success) throw unknownPeer(reference)
  const fitting = peers.filter(
    ({ peerId, name }) =>
      name.toLowerCase() === reference.toLowerCase() || (reference.length >= 4 && peerId.endsWith(reference))
  )
  const [first, second] = fitting
  if (first === undefined) throw unknownPeer(reference)
  if (second !== undefined) {
    throw new BaseError('USAGE', `"${reference}" may mean several machines.`, {
      advice: `Write more of the id: ${fitting.map(({ peerId }) => peerId).join(', ')}.`
    })
  }
  return first
}

/** Among the paired ones. @throws BaseError PEER_UNKNOWN, also for one that is only seen; USAGE for more than one */
export function findPaired(reference: string, peers: readonly PeerPresence[]): PeerPresence {
  const paired = peers.filter(({ record }) => record !== null)
  try {
    return findPeer(reference, paired)
  } catch (error) {
    if (!isBaseError(error, 'PEER_UNKNOWN')) throw error
    throw new BaseError('PEER_UNKNOWN', `No paired machine "${reference.slice(0, 80)}" is known.`, {
      advice: 'List them with: unhosted peers',
      cause: error
    })
  }
}

export function pairingError(code: PairRefusal): BaseError {
  return new BaseError(code, errorSpec(code).meaning)
}
