import type { Grants } from '@unhosted/core/trust'
import type { PeerHost } from '../../p2p/peer-host.ts'
import { pairedHosts } from '../../p2p/testing.ts'
import { fakeHosts } from './fake-hosts.ts'

/** Two paired hosts, whatever they are made of: the suites of this package run on the fake and on the real ones. */
export interface HostPair {
  readonly head: PeerHost
  readonly lender: PeerHost
  /** Change what the lender allows the head. */
  setLenderGrants(grants: Grants): Promise<void>
  stop(): Promise<void>
}

export const hostPairs: readonly { readonly name: string; readonly make: () => Promise<HostPair> }[] = [
  {
    name: 'in-memory',
    async make() {
      const { head, lender } = fakeHosts({ address: '127.0.0.1' })
      return {
        head,
        lender,
        async setLenderGrants(grants) {
          lender.setGrants(grants)
        },
        async stop() {}
      }
    }
  },
  {
    name: 'libp2p',
    async make() {
      const { a: head, b: lender, stop } = await pairedHosts()
      return {
        head,
        lender,
        async setLenderGrants(grants) {
          const record = lender.peer(head.peerId)?.record
          if (record === null || record === undefined) throw new Error('not paired')
          await lender.admit({ ...record, grants })
        },
        stop
      }
    }
  }
]
