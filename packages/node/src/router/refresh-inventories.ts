import { type Clock, withTimeLimit } from '../base/index.ts'
import type { ManagedPeerHost } from '../p2p/types.ts'

/** A peer that takes longer is planned with as it last told, ms. */
const patienceMs = 1000

/** Ask every connected peer what it has now: what is lent changes by the second. */
export async function refreshInventories(
  host: Pick<ManagedPeerHost, 'peers' | 'inventories'>,
  clock: Clock,
  signal: AbortSignal
): Promise<void> {
  const connected = host.peers().filter(({ state }) => state === 'connected')
  // What a peer fails to answer here shows as its presence soon enough.
  await withTimeLimit({ clock, ms: patienceMs, signal }, (limited) =>
    Promise.allSettled(connected.map(({ peerId }) => host.inventories.refresh(peerId, { signal: limited })))
  )
}
