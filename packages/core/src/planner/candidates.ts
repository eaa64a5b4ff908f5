import type { Device, Inventory, Link } from '../facts/inventory/index.ts'
import type { Radius } from '../facts/peers/index.ts'
import type { Exclusion } from './plan.ts'

/** A paired machine as the planner sees it. */
export interface PlanPeer {
  readonly inventory: Inventory
  /** null until it was measured. */
  readonly link: Link | null
  readonly radius: Radius
  /** Whether its owner lets this machine pool there. */
  readonly mayPool: boolean
  /** It failed a plan a moment ago. */
  readonly recentlyLost: boolean
  readonly offline: boolean
}

/** A device that a plan may use, and how much of it. */
export interface Candidate {
  readonly machine: Machine
  readonly device: Device
  readonly budgetBytes: number
}

interface Machine {
  readonly peerId: string
  readonly name: string
  readonly isHead: boolean
  /** null for the head. */
  readonly radius: Radius | null
  /** Infinity where it was never measured. */
  readonly roundTripMs: number
  readonly bytesPerSecond: number
}

export interface Candidates {
  readonly head: readonly Candidate[]
  /** By machine, nearest first. */
  readonly remote: readonly (readonly Candidate[])[]
  readonly excluded: readonly Exclusion[]
}

/** Sort out who may have a part in any plan of this head, and say why the others may not. */
export function findCandidates(head: Inventory, peers: readonly PlanPeer[]): Candidates {
  const excluded: Exclusion[] = []
  const machine: Machine = {
    peerId: head.peerId,
    name: head.name,
    isHead: true,
    radius: null,
    roundTripMs: 0,
    bytesPerSecond: Number.POSITIVE_INFINITY
  }
  const own = head.devices.map((device) => ({ machine, device, budgetBytes: device.usableBytes }))
  const remote: (readonly Candidate[])[] = []
  for (const peer of peers.filter(({ inventory }) => inventory.peerId !== head.peerId).toSorted(nearestFirst)) {
    const refusal = refuseMachine(head, peer)
    if (refusal !== null) {
      excluded.push(refusal)
      continue
    }
    const lent = lentDevices(peer, excluded)
    if (lent.length > 0) remote.push(lent)
  }
  return { head: own.toSorted(fastestFirst), remote, excluded }
}

/** Why no plan of this head may use any device of that machine; null where one may. */
export function refuseMachine(head: Inventory, peer: PlanPeer): Exclusion | null {
  const { inventory } = peer
  const refuse = (reason: Exclusion['reason'], explanation: string): Exclusion => ({
    peerId: inventory.peerId,
    machine: inventory.name,
    deviceId: null,
    reason,
    explanation
  })
  const name = inventory.name
  if (peer.offline) return refuse('offline', `${name} is offline.`)
  if (!peer.mayPool) return refuse('no-grant', `${name} does not let this machine lease memory.`)
  if (peer.recentlyLost) return refuse('recently-lost', `${name} was lost a moment ago and is left out for now.`)
  if (head.engineVersion === null) return refuse('no-engine', 'This machine has no engine yet to pool with.')
  if (inventory.engineVersion === null) return refuse('no-engine', `${name} has no engine yet.`)
  if (inventory.engineVersion !== head.engineVersion) {
    const [theirs, ours] = [inventory.engineVersion, head.engineVersion]
    return refuse('engine-version', `${name} runs engine ${theirs}, this machine ${ours}; a pool needs equal ones.`)
  }
  if (inventory.devices.every(({ lendableBytes }) => lendableBytes === 0)) {
    return refuse('nothing-lent', `${name} has nothing left to lend.`)
  }
  return null
}

function lentDevices({ inventory, link, radius }: PlanPeer, excluded: Exclusion[]): readonly Candidate[] {
  const machine: Machine = {
    peerId: inventory.peerId,
    name: inventory.name,
    isHead: false,
    radius,
    roundTripMs: link?.roundTripMs ?? Number.POSITIVE_INFINITY,
    bytesPerSecond: link?.bytesPerSecond ?? 0
  }
  const lent: Candidate[] = []
  for (const device of inventory.devices.toSorted(byId)) {
    if (device.lendableBytes > 0) {
      lent.push({ machine, device, budgetBytes: device.lendableBytes })
      continue
    }
    excluded.push({
      peerId: inventory.peerId,
      machine: inventory.name,
      deviceId: device.id,
      reason: 'nothing-lent',
      explanation: `${inventory.name} lends nothing of ${device.id}.`
    })
  }
  return lent.toSorted(fastestFirst)
}

/** Own machines before friends', then the shorter round trip, the faster link, and the id to settle ties. */
export function nearestFirst(a: PlanPeer, b: PlanPeer): number {
  return (
    compare(a.radius === 'local' ? 0 : 1, b.radius === 'local' ? 0 : 1) ||
    compare(a.link?.roundTripMs ?? Number.POSITIVE_INFINITY, b.link?.roundTripMs ?? Number.POSITIVE_INFINITY) ||
    compare(b.link?.bytesPerSecond ?? 0, a.link?.bytesPerSecond ?? 0) ||
    compare(a.inventory.peerId, b.inventory.peerId)
  )
}

/** GPUs before CPUs, then the roomier, then the id to settle ties. */
function fastestFirst(a: Candidate, b: Candidate): number {
  return (
    compare(a.device.kind === 'gpu' ? 0 : 1, b.device.kind === 'gpu' ? 0 : 1) ||
    compare(b.budgetBytes, a.budgetBytes) ||
    byId(a.device, b.device)
  )
}

export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return compare(a.id, b.id)
}

export function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
