import { randomBytes } from 'node:crypto'
import type { HealthWarning } from '@unhosted/core/control'
import type { Identity } from '../identity/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'
import { createPeerHost, type ManagedPeerHost } from './create-peer-host.ts'
import { diagnoseDiscovery, networkFacts } from './diagnosis.ts'
import { createDiscovery } from './discovery.ts'
import { openInvitesStore } from './invites-store.ts'
import { createPairing, type PairingService } from './pairing.ts'
import { openPeersStore, type PeersStore } from './peers-store.ts'

/** Port for peers where neither flag nor config names one; see config `p2p.port`. */
export const defaultPeerPort = 7778

export interface PeeringOptions {
  readonly paths: HomePaths
  readonly identity: Identity
  /** Name that peers see. */
  readonly name: string
  /** Unhosted's own version. */
  readonly version: string
  /** IP addresses to listen on; the default is every interface. */
  readonly hosts: readonly string[]
  /** TCP port; 0 for any free one. */
  readonly port: number
  /** Whether to look for, and be found by, machines on the local network. */
  readonly mdns: boolean
  /** UDP port of mDNS; 5353 but for tests. */
  readonly mdnsPort?: number
  /** A frame that has begun must be whole within this time; 30 s but for tests. */
  readonly frameTimeoutMs?: number
  readonly log: Log
  /** Unix time, ms. */
  readonly now: () => number
}

/** Everything between machines: who is there, who is trusted, and streams to them. */
export interface Peering {
  readonly host: ManagedPeerHost
  readonly pairing: PairingService
  readonly peersStore: PeersStore
  /** @throws BaseError PORT_IN_USE; nothing is left running then. */
  start(): Promise<void>
  /** Idempotent. */
  stop(): Promise<void>
  /** Why nothing, or not all, is found; empty when all is well. */
  explainDiscovery(): readonly HealthWarning[]
}

const mdnsPort = 5353
const frameTimeoutMs = 30_000

/** Every interface of this machine, IPv4 and IPv6. */
export const allInterfaces: readonly string[] = ['0.0.0.0', '::']

/** @throws BaseError HOME_CORRUPT | HOME_UNUSABLE */
export async function createPeering(options: PeeringOptions): Promise<Peering> {
  const { paths, now } = options
  const log = options.log.component('p2p')
  const peersStore = await openPeersStore(paths.peers)
  const invitesStore = await openInvitesStore(paths.invites, now)
  const host = createPeerHost(
    { ...options, frameTimeoutMs: options.frameTimeoutMs ?? frameTimeoutMs, log, peersStore },
    { isPairing: (peerId) => pairing.isPairing(peerId), onUnpairedReturned: (peerId) => pairing.tellUnpaired(peerId) }
  )
  const pairing: PairingService = createPairing({
    host,
    peersStore,
    invitesStore,
    defaultPort: defaultPeerPort,
    now,
    log: options.log.component('p2p:pairing')
  })
  const discovery = options.mdns
    ? createDiscovery({
        peerId: host.peerId,
        name: options.name,
        addresses: () => host.addresses(),
        onSeen: (sighting) => host.saw(sighting),
        onLost: (peerId) => host.lostSight(peerId),
        log: options.log.component('p2p:discovery'),
        port: options.mdnsPort ?? mdnsPort,
        boot: randomBytes(8).toString('hex')
      })
    : null
  let startedAt = performance.now()
  return {
    host,
    pairing,
    peersStore,
    start: async () => {
      await host.start()
      startedAt = performance.now()
      discovery?.start()
    },
    stop: async () => {
      pairing.stop()
      await discovery?.stop()
      await host.stop()
    },
    explainDiscovery: () => {
      const peers = host.peers()
      return diagnoseDiscovery({
        ...networkFacts(),
        discovery: discovery?.state() ?? null,
        runningMs: performance.now() - startedAt,
        peersSeen: peers.filter(({ state }) => state !== 'offline').length,
        impostors: host.impostors().map((peer) => peer.name),
        peersConnected: peers.filter(({ state }) => state === 'connected').length
      })
    }
  }
}
