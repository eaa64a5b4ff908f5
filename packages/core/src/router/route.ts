import type { Radius } from '../facts/peers/index.ts'

/** What is known of one machine when a request for a model must be placed. */
export interface Holder {
  readonly peerId: string
  readonly machine: string
  /** How far trust reaches to it; `local` for this machine too. */
  readonly radius: Radius
  /** An instance is loaded and answers there now. */
  readonly loaded: boolean
  /** Whether it can hold the model now without another machine; null when nobody here knows the model's size. */
  readonly fitsSolo: boolean | null
  /** Round trip; null for this machine. */
  readonly roundTripMs: number | null
}

export interface RouteFacts {
  /** This machine, where it holds the model. */
  readonly here: Holder | null
  /** Connected paired peers that hold the model and let us ask. */
  readonly peers: readonly Holder[]
  /** A request that came from a peer is never passed on. */
  readonly mayForward: boolean
}

/** One place to try, with the reason in words for logs and `--verbose`. */
export type Attempt =
  | { readonly kind: 'here'; readonly reason: string }
  | { readonly kind: 'peer'; readonly peerId: string; readonly machine: string; readonly reason: string }

/**
 * Places to try, best first: here if it is loaded or fits this machine alone; else a peer, one's own machines
 * before those of friends (any peer can claim any model, and who serves a request reads it): one that has it
 * loaded, else the nearest peer that holds it (one that can hold it alone before one that must
 * pool); a pool headed here comes before a peer that would have to pool as well.
 */
export function routeAttempts(facts: RouteFacts): readonly Attempt[] {
  const peers = facts.mayForward ? [...facts.peers].sort(nearest) : []
  const { here } = facts
  if (here === null) return peers.map(toAttempt)
  if (here.loaded) return [{ kind: 'here', reason: 'loaded here' }, ...peers.map(toAttempt)]
  if (here.fitsSolo === true)
    return [{ kind: 'here', reason: 'held here and fits this machine' }, ...peers.map(toAttempt)]
  const needsNoPool = (peer: Holder): boolean => peer.loaded || peer.fitsSolo === true
  return [
    ...peers.filter(needsNoPool).map(toAttempt),
    { kind: 'here', reason: 'held here; pooled with peers' },
    ...peers.filter((peer) => !needsNoPool(peer)).map(toAttempt)
  ]
}

function toAttempt(peer: Holder): Attempt {
  const reason = peer.loaded
    ? 'loaded there'
    : peer.fitsSolo === true
      ? 'held there and fits that machine'
      : 'held there'
  return { kind: 'peer', peerId: peer.peerId, machine: peer.machine, reason }
}

function nearest(a: Holder, b: Holder): number {
  const owned = Number(b.radius === 'local') - Number(a.radius === 'local')
  const loaded = Number(b.loaded) - Number(a.loaded)
  const fits = Number(b.fitsSolo === true) - Number(a.fitsSolo === true)
  const distance = (a.roundTripMs ?? Number.MAX_VALUE) - (b.roundTripMs ?? Number.MAX_VALUE)
  return owned || loaded || fits || distance || (a.peerId < b.peerId ? -1 : 1)
}
