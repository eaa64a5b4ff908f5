import type { DaemonEvent, EngineView, InstanceView, LeaseView, PeerView } from '@unhosted/core/control'

/** What the screen of `serve` shows, as events have told it. */
export interface ServeState {
  readonly engine: EngineView | null
  readonly ready: boolean
  readonly peers: ReadonlyMap<string, PeerView>
  readonly instances: ReadonlyMap<string, InstanceView>
  readonly lent: ReadonlyMap<string, LeaseView>
}

export const initialState: ServeState = {
  engine: null,
  ready: false,
  peers: new Map(),
  instances: new Map(),
  lent: new Map()
}

export function reduce(state: ServeState, event: DaemonEvent): ServeState {
  switch (event.event) {
    case 'ready':
      return { ...state, ready: true }
    case 'engine':
      return { ...state, engine: event.engine }
    case 'peer':
      return { ...state, peers: withEntry(state.peers, event.peer.peerId, event.peer) }
    case 'unpaired':
      return { ...state, peers: withoutEntry(state.peers, event.peerId) }
    case 'instance':
      return { ...state, instances: withEntry(state.instances, event.instance.modelId, event.instance) }
    case 'instance-gone':
      return { ...state, instances: withoutEntry(state.instances, event.modelId) }
    case 'lease':
      return event.lease.direction === 'lent'
        ? { ...state, lent: withEntry(state.lent, event.lease.id, event.lease) }
        : state
    case 'lease-gone':
      return { ...state, lent: withoutEntry(state.lent, event.lease.id) }
    case 'pairing':
    case 'request':
    case 'warning':
    case 'stopping':
      return state
  }
}

function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value)
}

function withoutEntry<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}
