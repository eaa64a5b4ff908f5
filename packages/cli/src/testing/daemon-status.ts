import type { DaemonStatus } from '@unhosted/core/control'

/** What a daemon answers that has just started and has met no other machine. */
export const daemonStatus: DaemonStatus = {
  name: 'desk',
  peerId: '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
  version: '0.1.0',
  pid: 42,
  startedAt: 0,
  endpoint: 'http://127.0.0.1:7777',
  peerAddresses: [],
  engine: { state: 'ready', version: 'llama.cpp/x rpc/7', directory: '/e', source: 'cache', buildProgress: null },
  devices: [],
  instances: [],
  leases: [],
  peersConnected: 0,
  peersPaired: 0,
  warnings: []
}
