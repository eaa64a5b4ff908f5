import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { encode } from 'dns-packet'
import { type Clock, pause } from '../../base/index.ts'
import { serviceTag } from './discovery.ts'

const group = '224.0.0.251'
/** Ours, and "what is there?" of DNS-SD (RFC 6763, 9), which every machine with mDNS answers. */
const query = encode({
  type: 'query',
  questions: [serviceTag, '_services._dns-sd._udp.local'].map((name) => ({ name, type: 'PTR' }))
})
/** Interfaces that are tried at most; machines with many containers have dozens. */
const maxInterfaces = 16
/** Answers come at once; Wi-Fi may hold multicast back for a beacon or two. */
const listenMs = 1000
const freshMs = 30_000

/** What multicast does on this machine: what @libp2p/mdns does not tell. */
export interface MulticastReport {
  /** errno codes of failed sends and binds, one per interface name. */
  readonly errors: Readonly<Record<string, string>>
  /** errno code where the system is left to choose the interface, as @libp2p/mdns leaves it; null where that works. */
  readonly routeError: string | null
  /** Whether the daemon's own answer came back. */
  readonly heardSelf: boolean
  /** Whether any other machine's mDNS traffic was heard. */
  readonly heardOthers: boolean
}

/** The latest report, made when it is wanted and never more often than every half minute. */
export interface MulticastCheck {
  /** null until there is one. */
  report(): MulticastReport | null
  /** Make one now, unless there was one just now; what `report` gives meanwhile is the one before. */
  refresh(): void
  stop(): void
}

export function createMulticastCheck(options: {
  readonly peerId: string
  /** UDP port of mDNS. */
  readonly port: number
  readonly clock: Clock
}): MulticastCheck {
  const { clock } = options
  const stopping = new AbortController()
  let latest: MulticastReport | null = null
  let began = Number.NEGATIVE_INFINITY
  return {
    report: () => latest,
    refresh: () => {
      if (stopping.signal.aborted || clock.elapsed() - began < freshMs) return
      began = clock.elapsed()
      void probeMulticast({ ...options, signal: stopping.signal }).then((report) => {
        latest = report
      })
    },
    stop: () => stopping.abort()
  }
}

/** Ask for machines once on each interface and listen for a second. Never rejects. */
async function probeMulticast(options: {
  readonly peerId: string
  /** UDP port of mDNS. */
  readonly port: number
  readonly clock: Clock
  readonly signal: AbortSignal
}): Promise<MulticastReport> {
  const { peerId, port, clock, signal } = options
  const interfaces = ipv4Interfaces()
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const own = new Set(interfaces.map(({ address }) => address))
  let heardSelf = false
  let heardOthers = false
  socket.on('message', (packet, { address }) => {
    if (!own.has(address)) heardOthers = true
    else if (packet.includes(peerId)) heardSelf = true
  })
  const errors: Record<string, string> = {}
  let routeError: string | null = null
  const fail = (error: unknown): void => {
    for (const { name } of interfaces) errors[name] = codeOf(error)
  }
  socket.on('error', fail)
  try {
    socket.bind(port, '0.0.0.0')
    await once(socket, 'listening', { signal })
    routeError = await send(socket, port, '0.0.0.0')
    for (const { name, address } of interfaces) {
      const error = join(socket, address) ?? (await send(socket, port, address))
      if (error !== null) errors[name] = error
    }
    await pause(clock, listenMs, signal)
  } catch (error) {
    fail(error)
  } finally {
    socket.close()
  }
  return { errors, routeError, heardSelf, heardOthers }
}

function join(socket: Socket, address: string): string | null {
  try {
    socket.addMembership(group, address)
    return null
  } catch (error) {
    return codeOf(error)
  }
}

/** @returns null, or the errno code */
function send(socket: Socket, port: number, from: string): Promise<string | null> {
  return new Promise((resolve) => {
    try {
      socket.setMulticastInterface(from)
      socket.send(query, port, group, (error) => resolve(error === null ? null : codeOf(error)))
    } catch (error) {
      resolve(codeOf(error))
    }
  })
}

function ipv4Interfaces(): { name: string; address: string }[] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => ({ name, address }))
  )
  return all.slice(0, maxInterfaces)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
