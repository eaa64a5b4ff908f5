import type { HealthWarning } from '@unhosted/core/control'
import type { Identity } from '../identity/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'
import { createPeerHost, type ManagedPeerHost } from './create-peer-host.ts'
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

/** Every interface of this machine, IPv4 and IPv6. */
export const allInterfaces: readonly string[] = ['0.0.0.0', '::']

/** @throws BaseError HOME_CORRUPT | HOME_UNUSABLE */
export async function createPeering(options: PeeringOptions): Promise<Peering> {
  const { paths, now } = options
  const log = options.log.component('p2p')
  const peersStore = await openPeersStore(paths.peers)
  const invitesStore = await openInvitesStore(paths.invites, now)
  const host = createPeerHost(
    { ...options, log, peersStore },
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
  return {
    host,
    pairing,
    peersStore,
    start: () => host.start(),
    stop: async () => {
      pairing.stop()
      await host.stop()
    },
    explainDiscovery: () => []
  }
}
