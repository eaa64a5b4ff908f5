import type { PeerRecord } from '@unhosted/core/peers'
import type { FramedStream } from './framed-stream.ts'

export interface ProtocolHandlerContext {
  readonly peer: PeerRecord
  /** Aborts when the stream ends, the peer is unpaired or lost, or the host stops. */
  readonly signal: AbortSignal
}

/** Serves one stream of a protocol. When it returns, the stream is closed; when it throws, it is reset. */
export type ProtocolHandler = (stream: FramedStream, context: ProtocolHandlerContext) => Promise<void>
