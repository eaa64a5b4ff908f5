import type { Connection, ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Clock } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'
import { ipOf } from './addresses.ts'

/** Connections that unpaired peers may hold at a time, in all and from one address. */
const maxStrangers = 16
const maxStrangersPerAddress = 8
/** Connections from one address that have not yet said who they are. */
const maxUnidentifiedPerAddress = 8
/** Streams a stranger may have open at a time; pairing needs one, identify and a refused one may overlap it. */
const maxStrangerStreams = 8
/** A stranger that does not pair is sent away after this long. */
const idleMs = 10_000
const sweepMs = 500

export interface StrangerWatch {
  readonly gater: ConnectionGater
  /** A connection was opened by or to a peer that is not paired. */
  add(connection: Connection): void
  stop(): void
}

/** Keeps what unpaired peers can cost bounded: how many, how long, how many streams. */
export function createStrangerWatch(options: {
  readonly clock: Clock
  readonly log: Log
  readonly isPaired: (peerId: string) => boolean
  /** Whether a pairing with the peer is under way. */
  readonly isPairing: (peerId: string) => boolean
}): StrangerWatch {
  const { clock, log, isPaired, isPairing } = options
  const seenSince = new Map<Connection, number>()
  const unidentified = new Map<MultiaddrConnection, string | null>()
  let stopSweeping: (() => void) | null = null

  const drop = (connection: Connection, why: string): void => {
    log.info({ peerId: connection.remotePeer.toString(), address: connection.remoteAddr.toString() }, why)
    seenSince.delete(connection)
    connection.abort(new Error(why))
  }
  const sweep = (): void => {
    for (const [connection, since] of seenSince) {
      const peerId = connection.remotePeer.toString()
      if (connection.status !== 'open' || isPaired(peerId)) seenSince.delete(connection)
      else if (connection.streams.length > maxStrangerStreams)
        drop(connection, 'an unpaired peer opened too many streams')
      else if (isPairing(peerId)) seenSince.set(connection, clock.elapsed())
      else if (clock.elapsed() - since > idleMs) drop(connection, 'an unpaired peer did not pair')
    }
    if (seenSince.size === 0) stop()
  }
  const stop = (): void => {
    stopSweeping?.()
    stopSweeping = null
  }
  const mayEnter = (address: string | null): boolean => {
    const open = [...seenSince.keys()].filter(({ status }) => status === 'open')
    const fromThere = open.filter(({ remoteAddr }) => ipOf(remoteAddr) === address)
    return open.length < maxStrangers && fromThere.length < maxStrangersPerAddress
  }

  return {
    gater: {
      denyInboundConnection: (connection) => {
        const address = ipOf(connection.remoteAddr)
        if ([...unidentified.values()].filter((other) => other === address).length >= maxUnidentifiedPerAddress)
          return true
        unidentified.set(connection, address)
        connection.addEventListener('close', () => unidentified.delete(connection), { once: true })
        return false
      },
      denyInboundEncryptedConnection: (peerId, connection) => {
        unidentified.delete(connection)
        return !isPaired(peerId.toString()) && !mayEnter(ipOf(connection.remoteAddr))
      }
    },
    add: (connection) => {
      seenSince.set(connection, clock.elapsed())
      stopSweeping ??= clock.every(sweepMs, sweep)
    },
    stop: () => {
      stop()
      seenSince.clear()
    }
  }
}
