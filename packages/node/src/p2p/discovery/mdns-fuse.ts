import { EventEmitter } from 'node:events'
import type { Startable } from '@libp2p/interface'
import type { Clock } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'

/**
 * What may be read in a second, in DNS records. multicast-dns decodes whatever comes, and 9 KB of records that all point
 * at one long name take 20 ms. Forty machines that ask each five seconds make 5,600.
 */
const maxRecordsPerSecond = 8192
/** What a packet costs beside its records, an answer of ours included. */
const recordsPerPacket = 8
/** What it may have cost to find out that a packet is none. */
const recordsPerFault = 512
const restMs = 5000

/**
 * Takes @libp2p/mdns off the network for a while when it is flooded. Any machine on the network, paired or not, can
 * send UDP packets that cost the daemon's only thread 20 ms each to decode: a hundred a second would stop it.
 */
export interface MdnsFuse {
  /** Begin to watch; the service has started. */
  arm(): void
  stop(): void
}

export function createMdnsFuse(options: {
  readonly service: Startable
  readonly clock: Clock
  readonly log: Log
}): MdnsFuse {
  const { service, clock, log } = options
  let second = { began: 0, records: 0 }
  let cancelRestart: (() => void) | null = null
  let stopped = false

  const rest = async (): Promise<void> => {
    log.warn({ restMs }, 'mDNS is flooded; it is left alone for a while')
    await service.stop()
    if (stopped) return
    cancelRestart = clock.after(restMs, () => {
      cancelRestart = null
      Promise.resolve(service.start())
        .then(arm)
        .catch((error: unknown) => log.warn({ error: String(error) }, 'mDNS did not start again'))
    })
  }
  const arm = (): void => {
    const socket = socketOf(service)
    if (socket === null) {
      log.warn({}, 'mDNS cannot be watched: a flood of packets would slow the daemon down')
      return
    }
    second = { began: clock.elapsed(), records: 0 }
    const take = (records: number): void => {
      const now = clock.elapsed()
      if (now - second.began >= 1000) second = { began: now, records: 0 }
      second.records += records
      if (second.records <= maxRecordsPerSecond) return
      socket.removeListener('packet', onPacket)
      socket.removeListener('warning', onFault)
      rest().catch((error: unknown) => log.warn({ error: String(error) }, 'mDNS did not stop'))
    }
    const onPacket = (packet: unknown): void => take(recordsPerPacket + countRecords(packet))
    const onFault = (): void => take(recordsPerFault)
    socket.on('packet', onPacket)
    socket.on('warning', onFault)
  }

  return {
    arm,
    stop: () => {
      stopped = true
      cancelRestart?.()
    }
  }
}

/**
 * The multicast-dns socket of a running service. It is the field `mdns` of the class MulticastDNS, which the package
 * neither exports nor lets us pass in. There is no other way to see what packets cost: the service's own events tell of
 * well-formed answers only, after the decoding.
 * @returns null where the library has no such field any more; mdns-fuse.test.ts fails then
 * @internal For its test.
 */
export function socketOf(service: object): EventEmitter | null {
  const socket: unknown = Reflect.get(service, 'mdns')
  return socket instanceof EventEmitter ? socket : null
}

function countRecords(packet: unknown): number {
  if (typeof packet !== 'object' || packet === null) return 0
  const lists = Object.values(packet).filter((value) => Array.isArray(value))
  return lists.reduce((sum, list) => sum + list.length, 0)
}
