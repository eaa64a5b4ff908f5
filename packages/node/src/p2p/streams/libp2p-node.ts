import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import type { ConnectionGater, Libp2p, PeerDiscovery } from '@libp2p/interface'
import type { MulticastDNSComponents } from '@libp2p/mdns'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { BaseError } from '@unhosted/core/errors'
import { createLibp2p } from 'libp2p'
import type { Identity } from '../../identity/index.ts'

/** Connections of all peers together; far above what a household or a team has. */
const maxConnections = 128
/** Streams one connection may have open at a time, of all protocols together. */
const maxStreamsPerConnection = 256
/**
 * Receive window of one stream, bytes: 1 MiB fills a gigabit at 8 ms. The read buffer must hold a
 * whole window, or a paused stream would be reset instead of held back.
 */
const maxStreamWindowBytes = 1024 * 1024
const maxReadBufferBytes = maxStreamWindowBytes + 256 * 1024

/** Makes what finds other machines out of the parts of a node. */
export type DiscoveryComponent = (components: MulticastDNSComponents) => PeerDiscovery

type Registrar = Parameters<ReturnType<typeof identify>>[0]['registrar']

export interface Libp2pNodeOptions {
  readonly identity: Identity
  /** IP addresses to listen on. */
  readonly hosts: readonly string[]
  /** TCP port; 0 for any free one. */
  readonly port: number
  readonly gater: ConnectionGater
  readonly isPaired: (peerId: string) => boolean
  readonly discovery: DiscoveryComponent | null
}

/** A libp2p node with what this product uses and nothing else; not yet started. */
export async function createLibp2pNode(options: Libp2pNodeOptions): Promise<Libp2p> {
  const { identity, hosts, port, gater, isPaired, discovery } = options
  return await createLibp2p({
    start: false,
    privateKey: identity.privateKey,
    nodeInfo: { name: 'unhosted', version: '1', userAgent: 'unhosted' },
    addresses: { listen: hosts.map((host) => `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/${port}`) },
    transports: [tcp({ maxConnections, listenOpts: { noDelay: true }, dialOpts: { noDelay: true } })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: maxStreamsPerConnection,
        maxOutboundStreams: maxStreamsPerConnection,
        streamOptions: { maxStreamWindowSize: maxStreamWindowBytes, maxReadBufferLength: maxReadBufferBytes }
      })
    ],
    ...(discovery === null ? {} : { peerDiscovery: [discovery] }),
    connectionGater: gater,
    connectionManager: {
      maxConnections,
      dialTimeout: 10_000,
      addressDialTimeout: 2500,
      inboundUpgradeTimeout: 5000,
      inboundStreamProtocolNegotiationTimeout: 5000,
      outboundStreamProtocolNegotiationTimeout: 5000,
      maxIncomingPendingConnections: 64,
      inboundConnectionThreshold: 20,
      // Who is dialled again, and when, is the reconnector's business.
      reconnectRetries: 0
    },
    // Ours answers sooner: see link-monitor.ts.
    connectionMonitor: { enabled: false },
    // Strangers learn nothing of this machine, its addresses and protocols included, and are asked nothing: what they
    // answered would be kept. Paired peers tell more in their hello.
    services: {
      identify: (components) => identify({ runOnConnectionOpen: false })(forPairedOnly(components, isPaired)),
      ping: (components) => ping()(forPairedOnly(components, isPaired))
    }
  })
}

/** @throws BaseError PORT_IN_USE, or what it was */
export async function startLibp2pNode(node: Libp2p, port: number): Promise<void> {
  try {
    await node.start()
  } catch (error) {
    await node.stop()
    if (!String(error).includes('EADDRINUSE')) throw error
    throw new BaseError('PORT_IN_USE', `Port ${port}, where peers connect, is used by another program.`, {
      advice: 'Stop that program (another unhosted serve, perhaps), or choose a port with --p2p-port.',
      cause: error
    })
  }
}

/**
 * The same components, but what is registered through them serves paired peers only. libp2p's own
 * middleware cannot do it: in 3.3.11 each inbound stream adds its handler to the registered list anew.
 */
function forPairedOnly<C extends { readonly registrar: Registrar }>(
  components: C,
  isPaired: (id: string) => boolean
): C {
  const registrar: Registrar = new Proxy(components.registrar, {
    get: (target, key) => {
      if (key !== 'handle') return bound(target, key)
      const handle: Registrar['handle'] = (protocol, handler, options) =>
        target.handle(
          protocol,
          (stream, connection) => {
            if (isPaired(connection.remotePeer.toString())) return handler(stream, connection)
            stream.abort(new Error('not paired'))
          },
          options
        )
      return handle
    }
  })
  return new Proxy(components, { get: (target, key) => (key === 'registrar' ? registrar : Reflect.get(target, key)) })
}

function bound(target: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key)
  return typeof value === 'function' ? value.bind(target) : value
}
