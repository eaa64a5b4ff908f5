import type { HealthWarning } from '@unhosted/core/control'
import type { Clock } from '../../base/index.ts'
import type { ManagedPeerHost } from '../host/peer-host.ts'
import { diagnoseDiscovery, networkFacts } from './diagnosis.ts'
import type { Discovery } from './discovery.ts'
import { createMulticastCheck } from './multicast-probe.ts'

/** Where no machine is in sight this long after the start, multicast is checked before anyone asks. */
const firstCheckMs = 3000

/** Says why nothing, or not all, is found. */
export interface DiscoveryReport {
  start(): void
  stop(): void
  warnings(): readonly HealthWarning[]
}

export function createDiscoveryReport(options: {
  readonly host: ManagedPeerHost
  /** null where mDNS is turned off. */
  readonly discovery: Discovery | null
  /** UDP port of mDNS. */
  readonly port: number
  readonly clock: Clock
}): DiscoveryReport {
  const { host, discovery, port, clock } = options
  const check = createMulticastCheck({ peerId: host.peerId, port, clock })
  let startedAt = clock.elapsed()
  let cancelFirst: (() => void) | null = null
  const inSight = (): number => host.peers().filter(({ state }) => state !== 'offline').length
  const look = (): void => {
    if (discovery !== null && inSight() === 0) check.refresh()
  }
  return {
    start: () => {
      startedAt = clock.elapsed()
      cancelFirst = clock.after(firstCheckMs, look)
    },
    stop: () => {
      cancelFirst?.()
      check.stop()
    },
    warnings: () => {
      look()
      return diagnoseDiscovery({
        ...networkFacts(),
        mdns: discovery !== null,
        multicast: check.report(),
        duplicateAt: discovery?.duplicateAt() ?? null,
        runningMs: clock.elapsed() - startedAt,
        peersSeen: inSight(),
        impostors: host.impostors().map((peer) => peer.name),
        peersConnected: host.peers().filter(({ state }) => state === 'connected').length
      })
    }
  }
}
