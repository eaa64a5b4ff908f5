import type { HealthWarning } from '@unhosted/core/control'
import type { Identity } from '../identity/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'
import { createPeerHost, type ManagedPeerHost } from './create-peer-host.ts'
import { diagnoseDiscovery, networkFacts } from './diagnosis.ts'
import { createDiscovery, type Discovery, mdnsPort } from './discovery.ts'
import { createGreeter } from './greeting.ts'
import { openInvitesStore } from './invites-store.ts'
import { createMulticastCheck } from './multicast-probe.ts'
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

const frameTimeoutMs = 30_000

/** Every interface of this machine, IPv4 and IPv6. */
export const allInterfaces: readonly string[] = ['0.0.0.0', '::']

/** @throws BaseError HOME_CORRUPT | HOME_UNUSABLE */
export async function createPeering(options: PeeringOptions): Promise<Peering> {
  const { paths, now } = options
  const log = options.log.component('p2p')
  const peersStore = await openPeersStore(paths.peers)
  const invitesStore = await openInvitesStore(paths.invites, now)
  // Each of these knows the others; nothing happens before start.
  const discovery: Discovery | null = options.mdns
    ? createDiscovery({
        peerId: options.identity.peerId,
        addresses: () => host.addresses(),
        isConnected: (peerId) => host.peer(peerId)?.state === 'connected',
        onSeen: (heard) => {
          host.saw(heard)
          greeter.met(heard)
        },
        onLost: (peerId) => {
          greeter.forget(peerId)
          host.lostSight(peerId)
        },
        log: options.log.component('p2p:discovery'),
        port: options.mdnsPort ?? mdnsPort
      })
    : null
  const host = createPeerHost(
    {
      ...options,
      discovery: discovery?.component ?? null,
      frameTimeoutMs: options.frameTimeoutMs ?? frameTimeoutMs,
      log,
      peersStore
    },
    { isPairing: (peerId) => pairing.isPairing(peerId), onUnpairedReturned: (peerId) => pairing.tellUnpaired(peerId) }
  )
  const pairing: PairingService = createPairing({
    host,
    peersStore,
    invitesStore,
    onGreeting: (stream, greeting, { signal }) => greeter.answer(stream, greeting, { signal }),
    defaultPort: defaultPeerPort,
    now,
    log: options.log.component('p2p:pairing')
  })
  const greeter = createGreeter({
    host,
    peersStore,
    isPairing: (peerId) => pairing.isPairing(peerId),
    onGreeted: (heard, name) => {
      discovery?.note(heard)
      host.named(heard.peerId, name)
    },
    isShy: discovery === null,
    log: options.log.component('p2p:discovery')
  })
  const check = createMulticastCheck({ peerId: host.peerId, port: options.mdnsPort ?? mdnsPort })
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
      check.stop()
      greeter.stop()
      discovery?.stop()
      await host.stop()
    },
    explainDiscovery: () => {
      const peers = host.peers()
      const peersSeen = peers.filter(({ state }) => state !== 'offline').length
      if (discovery !== null && peersSeen === 0) check.refresh()
      return diagnoseDiscovery({
        ...networkFacts(),
        mdns: discovery !== null,
        multicast: check.report(),
        duplicateAt: discovery?.duplicateAt() ?? null,
        runningMs: performance.now() - startedAt,
        peersSeen,
        impostors: host.impostors().map((peer) => peer.name),
        peersConnected: peers.filter(({ state }) => state === 'connected').length
      })
    }
  }
}
