import type { HealthWarning } from '@unhosted/core/control'
import type { ManagedPeerHost } from './create-peer-host.ts'
import { diagnoseDiscovery, networkFacts } from './diagnosis.ts'
import type { Discovery } from './discovery.ts'
import { createMulticastCheck } from './multicast-probe.ts'

/** Where nobody is in sight after this long, the network is looked at before anyone asks. */
const lonelyMs = 3000

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
}): DiscoveryReport {
  const { host, discovery, port } = options
  const check = createMulticastCheck({ peerId: host.peerId, port })
  let startedAt = performance.now()
  let timer: NodeJS.Timeout | null = null
  const inSight = (): number => host.peers().filter(({ state }) => state !== 'offline').length
  const look = (): void => {
    if (discovery !== null && inSight() === 0) check.refresh()
  }
  return {
    start: () => {
      startedAt = performance.now()
      timer = setTimeout(look, lonelyMs)
      timer.unref()
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer)
      check.stop()
    },
    warnings: () => {
      look()
      return diagnoseDiscovery({
        ...networkFacts(),
        mdns: discovery !== null,
        multicast: check.report(),
        duplicateAt: discovery?.duplicateAt() ?? null,
        runningMs: performance.now() - startedAt,
        peersSeen: inSight(),
        impostors: host.impostors().map((peer) => peer.name),
        peersConnected: host.peers().filter(({ state }) => state === 'connected').length
      })
    }
  }
}
