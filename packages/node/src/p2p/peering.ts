import { defaultPeerPort } from '@unhosted/core/config'
import type { HealthWarning } from '@unhosted/core/control'
import type { Clock, Part } from '../base/index.ts'
import type { Identity } from '../identity/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'
import { createDiscovery, type Discovery, mdnsPort } from './discovery/discovery.ts'
import { createDiscoveryReport, type DiscoveryReport } from './discovery/discovery-report.ts'
import { Libp2pPeerHost } from './host/libp2p-peer-host.ts'
import type { ManagedPeerHost } from './host/peer-host.ts'
import { createGreeter, type Greeter } from './pairing/greeting.ts'
import { openInvitesStore } from './pairing/invites-store.ts'
import { OngoingPairings } from './pairing/ongoing-pairings.ts'
import { createPairing } from './pairing/pairing.ts'
import type { PairingService } from './pairing/pairing-service.ts'
import { openPeersStore, type PeersStore } from './peers-store.ts'
import { Switchboard } from './streams/switchboard.ts'

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
  readonly clock: Clock
  readonly log: Log
}

/** Everything between machines: who is there, who is trusted, and streams to them. */
export interface Peering extends Part {
  readonly host: ManagedPeerHost
  readonly pairing: PairingService
  readonly peersStore: PeersStore
  /** @throws BaseError PORT_IN_USE | CANCELLED (it was stopped), or the signal's reason; nothing is left running then. */
  start(signal: AbortSignal): Promise<void>
  /** Why nothing, or not all, is found; empty when all is well. */
  explainDiscovery(): readonly HealthWarning[]
}

const frameTimeoutMs = 30_000

/** Every interface of this machine, IPv4 and IPv6. */
export const allInterfaces: readonly string[] = ['0.0.0.0', '::']

/** @throws BaseError HOME_CORRUPT | HOME_UNUSABLE */
export async function createPeering(options: PeeringOptions): Promise<Peering> {
  const { paths, identity, name, version, clock } = options
  const port = options.mdnsPort ?? mdnsPort
  const log = options.log.component('p2p')
  const discoveryLog = options.log.component('p2p:discovery')
  const peersStore = await openPeersStore(paths.peers)
  const invitesStore = await openInvitesStore(paths.invites, () => clock.now())
  const ongoing = new OngoingPairings()
  const isPairing = (peerId: string): boolean => ongoing.has(peerId)

  const switchboard = new Switchboard({
    ...options,
    frameTimeoutMs: options.frameTimeoutMs ?? frameTimeoutMs,
    peersStore,
    isPairing,
    log
  })
  const host = new Libp2pPeerHost({ peerId: identity.peerId, name, version, switchboard, peersStore, clock, log })
  const greeter = createGreeter({ host, peersStore, isPairing, announcesSelf: options.mdns, clock, log: discoveryLog })
  const pairing = createPairing({
    host,
    peersStore,
    invitesStore,
    ongoing,
    greeter,
    defaultPort: defaultPeerPort,
    clock,
    log: options.log.component('p2p:pairing')
  })
  const discovery = options.mdns
    ? createDiscovery({
        peerId: identity.peerId,
        addresses: () => host.addresses(),
        isConnected: (peerId) => host.peer(peerId)?.state === 'connected',
        clock,
        log: discoveryLog,
        port
      })
    : null
  const report = createDiscoveryReport({ host, discovery, port, clock })
  return new PeeringPart({ host, pairing, peersStore, greeter, discovery, report })
}

interface PeeringParts {
  readonly host: ManagedPeerHost
  readonly pairing: PairingService
  readonly peersStore: PeersStore
  readonly greeter: Greeter
  /** null where mDNS is turned off. */
  readonly discovery: Discovery | null
  readonly report: DiscoveryReport
}

class PeeringPart implements Peering {
  readonly name = 'p2p'
  readonly host: ManagedPeerHost
  readonly pairing: PairingService
  readonly peersStore: PeersStore
  readonly #parts: PeeringParts
  #disconnect: readonly (() => void)[] = []

  constructor(parts: PeeringParts) {
    this.host = parts.host
    this.pairing = parts.pairing
    this.peersStore = parts.peersStore
    this.#parts = parts
  }

  async start(signal: AbortSignal): Promise<void> {
    const { host, pairing, discovery, report } = this.#parts
    signal.throwIfAborted()
    try {
      this.#disconnect = connect(this.#parts)
      pairing.start()
      await host.start(discovery?.component ?? null)
      signal.throwIfAborted()
      discovery?.start()
      report.start()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    const { host, pairing, greeter, discovery, report } = this.#parts
    pairing.stop()
    report.stop()
    greeter.stop()
    discovery?.stop()
    for (const remove of this.#disconnect) remove()
    this.#disconnect = []
    await host.stop()
  }

  explainDiscovery(): readonly HealthWarning[] {
    return this.#parts.report.warnings()
  }
}

/** Who hears of what; the parts do not know each other in this direction. */
function connect({ host, pairing, greeter, discovery }: PeeringParts): readonly (() => void)[] {
  const listeners = [
    host.on('peer:unpaired-return', ({ peerId }) => pairing.tellUnpaired(peerId)),
    greeter.on('greeted', ({ sighting, name }) => {
      discovery?.note(sighting)
      host.named(sighting.peerId, name)
    })
  ]
  if (discovery === null) return listeners
  return [
    ...listeners,
    discovery.on('sighted', (sighting) => {
      host.sighted(sighting)
      greeter.greet(sighting)
    }),
    discovery.on('out-of-sight', ({ peerId }) => {
      greeter.forget(peerId)
      host.outOfSight(peerId)
    })
  ]
}
