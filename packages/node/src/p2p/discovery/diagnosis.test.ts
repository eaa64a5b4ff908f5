import { describe, expect, it } from 'vitest'
import { type DiscoveryFacts, diagnoseDiscovery } from './diagnosis.ts'
import type { MulticastReport } from './multicast-probe.ts'

const quiet: MulticastReport = { errors: {}, routeError: null, heardSelf: true, heardOthers: false }
const alone: DiscoveryFacts = {
  mdns: true,
  multicast: quiet,
  duplicateAt: null,
  runningMs: 60_000,
  peersSeen: 0,
  peersConnected: 0,
  impostors: [],
  interfaces: ['eth0'],
  hasDefaultRoute: true,
  isWsl: false
}

const cases: readonly { id: string; facts: Partial<DiscoveryFacts>; expected: readonly string[] }[] = [
  { id: 'a peer is seen', facts: { peersSeen: 1 }, expected: [] },
  { id: 'it has just started', facts: { runningMs: 1000 }, expected: [] },
  { id: 'there is no network', facts: { interfaces: [] }, expected: ['no-network'] },
  { id: 'mDNS is off', facts: { mdns: false, multicast: null }, expected: ['mdns-off'] },
  { id: 'nobody else is heard', facts: {}, expected: ['network-silent'] },
  {
    id: 'others are heard, none of ours',
    facts: { multicast: { ...quiet, heardOthers: true } },
    expected: ['no-peers']
  },
  {
    id: 'our own packets do not come back',
    facts: { multicast: { ...quiet, heardSelf: false } },
    expected: ['multicast-blocked']
  },
  {
    id: 'there is no route for multicast',
    facts: { multicast: { ...quiet, heardSelf: false, errors: { eth0: 'ENETUNREACH' } } },
    expected: ['no-route']
  },
  {
    id: 'a firewall refuses to send',
    facts: { multicast: { ...quiet, heardSelf: false, errors: { eth0: 'EPERM' } } },
    expected: ['multicast-blocked']
  },
  {
    id: 'another program keeps the port',
    facts: { multicast: { ...quiet, heardSelf: false, errors: { eth0: 'EADDRINUSE' } } },
    expected: ['mdns-port']
  },
  { id: 'multicast has not been tried', facts: { multicast: null }, expected: [] },
  {
    id: 'an interface works, and the system does not choose it',
    facts: { multicast: { ...quiet, heardSelf: false, routeError: 'ENETUNREACH' }, hasDefaultRoute: false },
    expected: ['no-route']
  },
  { id: 'it runs in WSL', facts: { isWsl: true }, expected: ['wsl-nat', 'network-silent'] },
  { id: 'the only network is a VPN', facts: { interfaces: ['wg0'] }, expected: ['vpn-only', 'network-silent'] },
  {
    id: 'there is no default route',
    facts: { hasDefaultRoute: false },
    expected: ['no-default-route', 'network-silent']
  },
  {
    id: 'another key answers for a paired peer',
    facts: { peersSeen: 1, impostors: ['desk'] },
    expected: ['peer-key-changed']
  },
  {
    id: 'a copy of this machine runs, peers or not',
    facts: { peersSeen: 2, duplicateAt: '10.0.0.9' },
    expected: ['identity-duplicate']
  }
]

describe('the explanation, where', () => {
  it.each(cases)('$id', ({ facts, expected }) => {
    const warnings = diagnoseDiscovery({ ...alone, ...facts })
    expect(warnings.map(({ id }) => id)).toEqual(expected)
    for (const { advice } of warnings) expect(advice).toMatch(/\w/)
  })
})
