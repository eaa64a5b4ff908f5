import type { Grants } from '@unhosted/core/peers'
import { pairedHosts } from '../../p2p/testing/peers.ts'
import type { PeerHost } from '../../p2p/types.ts'
import { type FakePair, fakeHosts } from './fake-hosts.ts'

/** Two paired hosts, whatever they are made of: the suites of this package run on the fake and on the real ones. */
export interface HostPair {
  readonly head: PeerHost
  readonly lender: PeerHost
  /** Change what the lender allows the head. */
  setLenderGrants(grants: Grants): Promise<void>
  /** The lender expels the head. */
  unpair(): Promise<void>
  stop(): Promise<void>
}

/** A fake pair as a `HostPair`. */
export function asHostPair({ head, lender, cut }: FakePair): HostPair {
  return {
    head,
    lender,
    async setLenderGrants(grants) {
      lender.setGrants(grants)
    },
    async unpair() {
      cut()
    },
    async stop() {}
  }
}

export const hostPairs: readonly { readonly name: string; readonly make: () => Promise<HostPair> }[] = [
  { name: 'in-memory', make: async () => asHostPair(fakeHosts({ address: '127.0.0.1' })) },
  { name: 'libp2p', make: realHosts }
]

/** Two libp2p hosts on loopback, paired. */
export async function realHosts(): Promise<HostPair> {
  const { a: head, b: lender, stop } = await pairedHosts()
  return {
    head,
    lender,
    async setLenderGrants(grants) {
      const record = lender.peer(head.peerId)?.record
      if (record === null || record === undefined) throw new Error('not paired')
      await lender.addPeer({ ...record, grants })
    },
    async unpair() {
      await lender.removePeer(head.peerId, { remember: true })
    },
    stop
  }
}
