import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

interface Pair {
  readonly local: Socket
  readonly remote: Duplex
}

/**
 * The joined connections of one lease: a plain loopback socket to an engine process on one side, the
 * tunnel on the other. Bytes are counted at the loopback socket, where they are the engine's own.
 */
export class Connections {
  private readonly pairs = new Set<Pair>()
  private closedIn = 0
  private closedOut = 0

  get size(): number {
    return this.pairs.size
  }

  /** Bytes that came from the engine process here and went into the tunnel. */
  get bytesSent(): number {
    let sum = this.closedIn
    for (const { local } of this.pairs) sum += local.bytesRead
    return sum
  }

  /** Bytes that came out of the tunnel. */
  get bytesReceived(): number {
    let sum = this.closedOut
    for (const { local } of this.pairs) sum += local.bytesWritten
    return sum
  }

  /**
   * Pass bytes both ways until both sides are closed. An end on one side ends the other's writing only;
   * an error or an early close on one side destroys the other at once. Resolves, never rejects.
   */
  join(local: Socket, remote: Duplex): Promise<void> {
    const pair: Pair = { local, remote }
    this.pairs.add(pair)
    local.setNoDelay(true)
    local.pipe(remote)
    remote.pipe(local)
    return new Promise((resolve) => {
      let open = 2
      const onClose = (closed: Duplex, other: Duplex) => (): void => {
        open -= 1
        if (open === 0) {
          this.forget(pair)
          resolve()
        } else if (!closed.readableEnded || !closed.writableFinished) cut(other)
      }
      for (const [stream, other] of [
        [local, remote],
        [remote, local]
      ] as const) {
        // The reason is of no use here: what counts is that both sides go.
        stream.on('error', () => cut(other))
        if (stream.destroyed) queueMicrotask(onClose(stream, other))
        else stream.once('close', onClose(stream, other))
      }
    })
  }

  destroyAll(): void {
    for (const { local, remote } of this.pairs) {
      cut(local)
      cut(remote)
    }
  }

  private forget(pair: Pair): void {
    if (!this.pairs.delete(pair)) return
    this.closedIn += pair.local.bytesRead
    this.closedOut += pair.local.bytesWritten
  }
}

/** A reset where the stream can send one, so that the engine never takes a cut for an end. */
function cut(stream: Duplex | Socket): void {
  if (stream instanceof Socket && !(stream instanceof TLSSocket)) stream.resetAndDestroy()
  else stream.destroy()
}
