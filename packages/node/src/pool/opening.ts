import { timingSafeEqual } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { BaseError } from '@unhosted/core/errors'
import {
  decodeTunnelOpening,
  encodeTunnelOpening,
  type TunnelOpening,
  type TunnelPurpose,
  tunnelAccepted,
  tunnelOpeningBytes
} from '@unhosted/core/protocol'
import type { TunnelTicket } from './tunnel.ts'

/** Head's side of the opening: show the ticket, wait until the lender takes it. @throws BaseError TUNNEL_FAILED | CANCELLED */
export async function openConnection(
  connection: Duplex,
  ticket: TunnelTicket,
  purpose: TunnelPurpose,
  signal: AbortSignal
): Promise<void> {
  connection.write(encodeTunnelOpening({ purpose, ...ticket }))
  const answer = await readExactly(connection, 1, signal)
  if (answer[0] !== tunnelAccepted) throw tunnelFailed('The other machine did not accept the tunnel connection.')
}

/** Lender's side: the opening that the other side sent. @throws BaseError TUNNEL_FAILED | CANCELLED */
export async function readOpening(connection: Duplex, signal: AbortSignal): Promise<TunnelOpening> {
  const opening = decodeTunnelOpening(await readExactly(connection, tunnelOpeningBytes, signal))
  if (opening === null) throw tunnelFailed('A tunnel connection began with something that is no opening.')
  return opening
}

/** Whether an opening carries this ticket; takes as long for a wrong secret as for the right one. */
export function isTicketFor(ticket: TunnelTicket, opening: TunnelOpening): boolean {
  const same = timingSafeEqual(Buffer.from(ticket.secret, 'hex'), Buffer.from(opening.secret, 'hex'))
  return same && ticket.leaseId === opening.leaseId
}

export function acceptConnection(connection: Duplex): void {
  connection.write(Uint8Array.of(tunnelAccepted))
}

export function tunnelFailed(what: string, cause?: unknown): BaseError {
  return new BaseError('TUNNEL_FAILED', what, {
    cause
  })
}

/** The first `size` bytes; what came with them goes back, and the stream stays paused. */
function readExactly(stream: Duplex, size: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const onReadable = (): void => {
      const head: unknown = stream.read(size)
      // At its end a stream gives what is left, which may be less than was asked for.
      if (!Buffer.isBuffer(head)) return
      if (head.length < size) settle(() => reject(tunnelFailed('A tunnel connection ended in its opening.')))
      else settle(() => resolve(head))
    }
    const onEnd = (): void => settle(() => reject(tunnelFailed('A tunnel connection ended in its opening.')))
    const onError = (error: Error): void =>
      settle(() => reject(tunnelFailed('A tunnel connection broke in its opening.', error)))
    const onAbort = (): void => {
      settle(() => reject(tunnelFailed('A tunnel connection was not opened in time.', signal.reason)))
    }
    function settle(act: () => void): void {
      stream.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onError)
      signal.removeEventListener('abort', onAbort)
      act()
    }
    stream.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', onError)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    else if (stream.destroyed) onEnd()
    else onReadable()
  })
}
