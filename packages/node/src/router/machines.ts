import type { PeerView } from '@unhosted/core/control'
import type { Inventory } from '@unhosted/core/inventory'
import { type PlanPeer, refuseMachine } from '@unhosted/core/planner'
import type { StoredModel } from '../models/types.ts'
import type { PeerInventories, PeerPresence } from '../p2p/types.ts'
import type { PeerHolders } from './dispatcher.ts'
import { fitsAlone } from './planning.ts'

/** Where the other machines stand, as the router, the planner and the owner see them. */
export interface Machines {
  /** For the planner: paired machines that have told what they have. */
  planPeers(): readonly PlanPeer[]
  /** For the dispatcher: connected machines that let us send requests. */
  holders(): readonly PeerHolders[]
  /** For the owner. */
  views(): readonly PeerView[]
  view(presence: PeerPresence): PeerView
}

export interface MachinesOptions {
  readonly presences: () => readonly PeerPresence[]
  readonly inventories: Pick<PeerInventories, 'of' | 'grantsFrom'>
  /** This machine, as last taken stock of; null before. */
  readonly own: () => Inventory | null
  readonly isLost: (peerId: string) => boolean
  /** Tokens asked for by the owner; null for the default of each model. */
  readonly contextSize: number | null
}

export function createMachines(options: MachinesOptions): Machines {
  const { presences, inventories } = options

  function planPeer(presence: PeerPresence): PlanPeer | null {
    const inventory = inventories.of(presence.peerId)
    if (presence.record === null || inventory === null) return null
    return {
      inventory,
      link: presence.link,
      radius: presence.record.radius,
      mayPool: inventories.grantsFrom(presence.peerId)?.pool === true,
      recentlyLost: options.isLost(presence.peerId),
      offline: presence.state !== 'connected'
    }
  }

  function holder(presence: PeerPresence): readonly PeerHolders[] {
    const { peerId, state, link, name, record } = presence
    const inventory = inventories.of(peerId)
    const mayAsk = inventories.grantsFrom(peerId)?.infer === true
    if (record === null || state !== 'connected' || inventory === null || !mayAsk) return []
    const fitsSolo = (model: StoredModel): boolean => fitsAlone(model, inventory, options.contextSize)
    const roundTripMs = link?.roundTripMs ?? null
    return [{ peerId, machine: name, radius: record.radius, roundTripMs, models: inventory.models, fitsSolo }]
  }

  function view(presence: PeerPresence): PeerView {
    const { peerId, name, record, state, addresses, link } = presence
    const inventory = record === null ? null : inventories.of(peerId)
    return {
      peerId,
      name,
      paired: record !== null,
      radius: record?.radius ?? null,
      grants: record?.grants ?? null,
      state,
      addresses,
      devices: inventory?.devices ?? [],
      models: inventory?.models ?? [],
      engineVersion: inventory?.engineVersion ?? null,
      cannotPool: cannotPool(presence),
      link
    }
  }

  function cannotPool(presence: PeerPresence): string | null {
    if (presence.record === null) return 'It is not paired.'
    const own = options.own()
    const peer = planPeer(presence)
    if (presence.state !== 'connected') return `${presence.name} is not connected.`
    if (own === null || peer === null) return `${presence.name} has not told yet what it has.`
    return refuseMachine(own, peer)?.explanation ?? null
  }

  return {
    planPeers: () => presences().flatMap((presence) => planPeer(presence) ?? []),
    holders: () => presences().flatMap(holder),
    views: () => presences().map(view),
    view
  }
}
