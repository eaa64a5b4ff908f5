import type { ZodType } from 'zod'

/** Largest frame on any stream, bytes of payload; a longer one ends the stream unread. */
export const maxFrameBytes = 1024 * 1024

/**
 * Length-prefixed frames (unsigned varint, then payload) over an encrypted stream. Writes wait
 * for the other side to drain; reads are bounded, so a hostile peer costs at most one frame of memory.
 */
export interface FramedStream {
  readonly remotePeerId: string
  /** IP address of the connection that carries the stream, our side and theirs; null over a relay. */
  readonly localAddress: string | null
  readonly remoteAddress: string | null
  /**
   * Next frame, or null when the other side has closed its writing end.
   * @throws BaseError PEER_PROTOCOL (oversized or malformed) | PEER_LOST (reset) | CANCELLED
   */
  readFrame(options: { readonly signal: AbortSignal; readonly timeoutMs?: number }): Promise<Uint8Array | null>
  /** Next frame, as JSON that fits `schema`. @throws as readFrame, and PEER_PROTOCOL where it does not fit or the stream ended. */
  readJson<T>(schema: ZodType<T>, options: { readonly signal: AbortSignal; readonly timeoutMs?: number }): Promise<T>
  /** Resolves when the frame may be forgotten: the send buffer has room again. */
  writeFrame(payload: Uint8Array, options: { readonly signal: AbortSignal }): Promise<void>
  writeJson(value: unknown, options: { readonly signal: AbortSignal }): Promise<void>
  /** End our writing side; the other side reads null. */
  closeWrite(): Promise<void>
  /** Close both ways, politely. */
  close(): Promise<void>
  /** Reset at once. */
  abort(reason: Error): void
  /** Settles, never rejects, when the stream has ended either way; the value says why when it was not polite. */
  readonly ended: Promise<Error | null>
}
