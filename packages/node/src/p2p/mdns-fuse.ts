import { EventEmitter } from 'node:events'
import type { PeerDiscovery, Startable } from '@libp2p/interface'
import type { Log } from '../log/index.ts'

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

/** Takes @libp2p/mdns off the network for a while when somebody floods it. */
export interface MdnsFuse {
  /** Begin to watch; the service has started. */
  arm(): void
  stop(): void
}

export function createMdnsFuse(service: PeerDiscovery & Startable, log: Log): MdnsFuse {
  let second = { began: 0, records: 0 }
  let resting: NodeJS.Timeout | null = null
  let stopped = false

  const rest = async (): Promise<void> => {
    log.warn({ restMs }, 'mDNS is flooded; it is left alone for a while')
    await service.stop()
    if (stopped) return
    resting = setTimeout(() => {
      resting = null
      Promise.resolve(service.start())
        .then(arm)
        .catch((error: unknown) => log.warn({ error: String(error) }, 'mDNS did not start again'))
    }, restMs)
    resting.unref()
  }
  const arm = (): void => {
    const socket: unknown = Reflect.get(service, 'mdns')
    if (!(socket instanceof EventEmitter)) return
    second = { began: performance.now(), records: 0 }
    const take = (records: number): void => {
      const now = performance.now()
      if (now - second.began >= 1000) second = { began: now, records: 0 }
      second.records += records
      if (second.records <= maxRecordsPerSecond) return
      socket.removeListener('packet', onPacket)
      socket.removeListener('warning', onFault)
      void rest()
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
      if (resting !== null) clearTimeout(resting)
    }
  }
}

function countRecords(packet: unknown): number {
  if (typeof packet !== 'object' || packet === null) return 0
  const lists = Object.values(packet).filter((value) => Array.isArray(value))
  return lists.reduce((sum, list) => sum + list.length, 0)
}
