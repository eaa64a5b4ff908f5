import type { HealthWarning } from '@unhosted/core/control'
import type { Identity } from '../identity/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'
import { createPeerHost, type ManagedPeerHost } from './create-peer-host.ts'
import { createDiscovery, type Discovery, mdnsPort } from './discovery.ts'
import { createDiscoveryReport } from './discovery-report.ts'
import { createGreeter, type Greeter } from './greeting.ts'
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
  const discovery: Discovery | null = createLookout(options, { host: () => host, greeter: () => greeter })
  const host: ManagedPeerHost = createPeerHost(
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
  const greeter: Greeter = createGreeter({
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
  const report = createDiscoveryReport({ host, discovery, port: options.mdnsPort ?? mdnsPort })
  return {
    host,
    pairing,
    peersStore,
    start: async () => {
      await host.start()
      discovery?.start()
      report.start()
    },
    stop: async () => {
      pairing.stop()
      report.stop()
      greeter.stop()
      discovery?.stop()
      await host.stop()
    },
    explainDiscovery: () => report.warnings()
  }
}

function createLookout(
  options: PeeringOptions,
  parts: { readonly host: () => ManagedPeerHost; readonly greeter: () => Greeter }
): Discovery | null {
  if (!options.mdns) return null
  return createDiscovery({
    peerId: options.identity.peerId,
    addresses: () => parts.host().addresses(),
    isConnected: (peerId) => parts.host().peer(peerId)?.state === 'connected',
    onSeen: (heard) => {
      parts.host().saw(heard)
      parts.greeter().met(heard)
    },
    onLost: (peerId) => {
      parts.greeter().forget(peerId)
      parts.host().lostSight(peerId)
    },
    log: options.log.component('p2p:discovery'),
    port: options.mdnsPort ?? mdnsPort
  })
}
