import { BaseError } from '@unhosted/core/errors'
import type { PeerRecord } from '@unhosted/core/peers'
import { type LeaseRequestMessage, leaseProtocol, leaseRequestSchema, toWireError } from '@unhosted/core/protocol'
import type { FramedStream } from '../p2p/types.ts'
import type { LeaseServerOptions } from './lease-server-options.ts'
import { LentLease } from './lent-lease.ts'
import { isTicketFor } from './opening.ts'
import { serveStreamTunnels } from './stream-tunnel.ts'
import type { LeaseServer } from './types.ts'

/** Lends memory to paired peers with the grant `pool`. */
export function createLeaseServer(options: LeaseServerOptions): LeaseServer {
  const leases = new Set<LentLease>()
  const tasks = new Set<Promise<void>>()

  async function serve(stream: FramedStream, peer: PeerRecord, signal: AbortSignal): Promise<void> {
    const request = await stream.readJson(leaseRequestSchema, { signal, timeoutMs: options.limits.requestMs })
    let lease: LentLease
    try {
      lease = admit(request, peer, stream)
    } catch (error) {
      options.log.info({ peerId: peer.peerId, deviceId: request.deviceId, bytes: request.bytes }, 'lease refused')
      await stream.writeJson({ type: 'refused', error: toWireError(error) }, { signal })
      return
    }
    try {
      await lease.run(signal)
    } finally {
      leases.delete(lease)
    }
  }

  /** All that can be decided at once, without a gap in which a second request could slip through. */
  function admit(request: LeaseRequestMessage, peer: PeerRecord, stream: FramedStream): LentLease {
    // As it is now: the owner may have taken the grant back since the stream was opened.
    if (options.host.peer(peer.peerId)?.record?.grants.pool !== true) {
      throw new BaseError('PEER_REFUSED', 'This machine has not granted memory to yours.', {
        advice: 'Ask its owner to run this command there: unhosted grant THIS-MACHINE --memory.'
      })
    }
    const engine = options.engine()
    if (engine === null) throw refused('This machine has no engine yet.', 'Wait until its engine is ready.')
    if (engine.engine.version !== request.engineVersion) {
      throw refused(
        `This machine runs ${engine.engine.version}, not ${request.engineVersion}.`,
        'Bring both machines to the same version of Unhosted.'
      )
    }
    const ofPeer = [...leases].filter((lease) => lease.peer.peerId === peer.peerId).length
    if (ofPeer >= options.limits.maxLeasesPerPeer || leases.size >= options.limits.maxLeases) {
      throw refused('This machine has too many leases open.', 'Close some and try again.')
    }
    const reservation = options.ledger.reserve(request.deviceId, request.bytes, 'lent')
    const lease = new LentLease({ request, peer, stream, engine, reservation, options })
    leases.add(lease)
    return lease
  }

  const serveTunnels = (): (() => void) =>
    serveStreamTunnels({
      host: options.host,
      clock: options.clock,
      find(peerId, opening) {
        for (const lease of leases) {
          if (lease.peer.peerId === peerId && isTicketFor(lease.ticket, opening)) {
            return lease.hasRoom ? (connection) => lease.accept(connection, 'libp2p') : null
          }
        }
        return null
      }
    })
  const serveLeases = (): (() => void) =>
    options.host.handle(leaseProtocol, async (stream, { peer, signal }) => {
      const task = serve(stream, peer, signal)
      const settled = task.then(
        () => {},
        () => {}
      )
      tasks.add(settled)
      settled.then(() => tasks.delete(settled))
      await task
    })
  const watchGrants = (): (() => void) =>
    options.host.on('peer:change', ({ peerId, record }) => {
      if (record?.grants.pool === true) return
      for (const lease of leases) {
        if (lease.peer.peerId === peerId)
          lease.end(refused('The grant to borrow memory was taken back.', 'Ask its owner.'))
      }
    })

  let serving: readonly (() => void)[] = []
  return {
    name: 'leases lent',
    leases: () => [...leases].filter((lease) => lease.granted).map((lease) => lease.view()),
    async start() {
      if (serving.length === 0) serving = [serveTunnels(), serveLeases(), watchGrants()]
    },
    async stop() {
      for (const end of serving) end()
      serving = []
      const stopped = new BaseError('LEASE_LOST', 'The lending machine is stopping.')
      for (const lease of leases) lease.end(stopped)
      await Promise.all(tasks)
    }
  }
}

function refused(what: string, advice: string): BaseError {
  return new BaseError('LEASE_REFUSED', what, { advice })
}
