import type { ServerResponse } from 'node:http'
import { BaseError, isBaseError, printableAscii } from '@unhosted/core/errors'
import { type Dialect, encodeComment, errorBody, errorEvent } from '@unhosted/core/openai'
import type { Clock } from '../base/index.ts'
import type { Placement } from '../router/types.ts'
import type { GatewayLimits } from './types.ts'

export interface AnswerWriterOptions {
  readonly raw: ServerResponse
  readonly dialect: Dialect
  /** Whether the client asked for events, and so can be kept waiting with comments. */
  readonly stream: boolean
  readonly clock: Clock
  readonly limits: Pick<GatewayLimits, 'firstCommentMs' | 'commentEveryMs' | 'stalledClientMs'>
}

/** Writes one answer: head, chunks as fast as the client takes them, and an error wherever it strikes. */
export interface AnswerWriter {
  /** Say where the answer will come from; may be called again when that changes before the head is out. */
  place(placement: Placement): void
  /** Begin the answer of the engine. The head goes out with the first bytes, or is out already. */
  begin(status: number, contentType: string): void
  /** @returns a promise only when the client must catch up. @throws CANCELLED in it when the client goes or stalls */
  write(chunk: Uint8Array): Promise<void> | undefined
  /** A whole body at once; resolves when the client has it. @throws as write */
  send(status: number, contentType: string, body: Uint8Array): Promise<void>
  /** An error answer; an error event once a stream has begun; a broken connection where neither is possible. Never rejects. */
  fail(error: BaseError): Promise<void>
  /** Resolves when the client has it all. @throws as write */
  end(): Promise<void>
  /** Stop timers. Idempotent. */
  release(): void
}

const eventStreamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no'
}

export function createAnswerWriter({ raw, dialect, stream, clock, limits }: AnswerWriterOptions): AnswerWriter {
  let placement: Placement | null = null
  let eventsBegun = false

  const comment = (): void => {
    if (raw.destroyed) return
    if (placement !== null) {
      if (!raw.headersSent) raw.writeHead(200, eventStreamHeaders)
      eventsBegun = true
      const { modelName, servedBy } = placement
      if (!raw.writableNeedDrain) raw.write(encodeComment(`waiting for ${modelName} on ${servedBy.machine}`))
    }
    cancelComment = clock.after(limits.commentEveryMs, comment)
  }
  let cancelComment = stream ? clock.after(limits.firstCommentMs, comment) : () => {}

  const finish = async (last?: Uint8Array | string): Promise<void> => {
    cancelComment()
    if (raw.destroyed) throw clientGone()
    raw.end(last)
    if (!raw.writableFinished) await taken('finish', raw, clock, limits.stalledClientMs)
  }
  const send: AnswerWriter['send'] = (status, contentType, body) => {
    raw.writeHead(status, { 'content-type': contentType, 'content-length': body.byteLength })
    return finish(body)
  }

  return {
    place(next) {
      placement = next
      if (raw.headersSent) return
      for (const [name, value] of Object.entries(placementHeaders(next))) raw.setHeader(name, value)
    },
    begin(status, contentType) {
      cancelComment()
      if (raw.headersSent || raw.destroyed) return
      eventsBegun = stream
      raw.writeHead(status, stream ? eventStreamHeaders : { 'content-type': contentType })
    },
    write(chunk) {
      if (raw.destroyed) return Promise.reject(clientGone())
      return raw.write(chunk) ? undefined : taken('drain', raw, clock, limits.stalledClientMs)
    },
    send,
    async fail(error) {
      cancelComment()
      if (raw.destroyed || raw.writableEnded) return
      try {
        if (!raw.headersSent) {
          const body = Buffer.from(JSON.stringify(errorBody(error, dialect)))
          await send(error.status, 'application/json; charset=utf-8', body)
        } else if (eventsBegun) {
          await finish(errorEvent(error, dialect))
        } else {
          // Half a JSON document is out: only a broken connection cannot be taken for success.
          raw.destroy()
        }
      } catch (gone) {
        if (!isBaseError(gone, 'CANCELLED')) throw gone
      }
    },
    end: () => finish(),
    release() {
      cancelComment()
    }
  }
}

/** `x-unhosted-served-by: laptop; peer=12D3Koo...` and `x-unhosted-plan`, in printable ASCII. */
function placementHeaders({ servedBy, plan }: Placement): Readonly<Record<string, string>> {
  return {
    'x-unhosted-served-by': `${printableAscii(servedBy.machine, 1024)}; peer=${printableAscii(servedBy.peerId, 1024)}`,
    'x-unhosted-plan': printableAscii(plan, 1024)
  }
}

/** Resolves when the client has taken what was written; gives a client up that takes nothing for too long. */
function taken(event: 'drain' | 'finish', raw: ServerResponse, clock: Clock, stalledMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (run: () => void) => () => {
      cancelTimer()
      raw.off(event, onTaken)
      raw.off('close', onClose)
      run()
    }
    const onTaken = settle(resolve)
    // Once everything is handed over, a connection that closes is how most answers end.
    const onClose = settle(() => (event === 'finish' ? resolve() : reject(clientGone())))
    const onStalled = settle(() => {
      raw.destroy()
      reject(clientGone())
    })
    const cancelTimer = clock.after(stalledMs, onStalled)
    raw.once(event, onTaken)
    raw.once('close', onClose)
  })
}

function clientGone(): BaseError {
  return new BaseError('CANCELLED', 'The client went away.')
}
