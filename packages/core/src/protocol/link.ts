/** A long-lived stream on which the opener measures the link and learns whether the other side lives. */
export const linkProtocol = '/unhosted/link/1'

/** A ping goes out this often. */
export const linkPingMs = 1500
/** A peer that has not answered a ping for this long is lost. */
export const linkSilenceMs = 3500

/** Payload of one data frame of a transfer, bytes. */
export const linkChunkBytes = 64 * 1024
/** Most that one transfer may ask for, bytes. */
export const maxLinkTransferBytes = 4 * 1024 * 1024

/** First byte of every frame. */
const kind = { ping: 0x01, pong: 0x02, fetch: 0x03, data: 0x04 } as const

export type LinkFrame =
  | { readonly type: 'ping'; readonly sequence: number }
  | { readonly type: 'pong'; readonly sequence: number }
  /** Asks for `bytes` of filler, in data frames. */
  | { readonly type: 'fetch'; readonly bytes: number }
  | { readonly type: 'data'; readonly bytes: number }

/** Layout: one byte of kind, then a big-endian u32 (sequence or bytes); `data` carries filler instead. */
export function encodeLinkFrame(frame: Exclude<LinkFrame, { type: 'data' }>): Uint8Array {
  const bytes = new Uint8Array(5)
  bytes[0] = kind[frame.type]
  new DataView(bytes.buffer).setUint32(1, frame.type === 'fetch' ? frame.bytes : frame.sequence)
  return bytes
}

/** A data frame with `payloadBytes` (at most linkChunkBytes) of zeros. */
export function encodeLinkData(payloadBytes: number): Uint8Array {
  const bytes = new Uint8Array(1 + payloadBytes)
  bytes[0] = kind.data
  return bytes
}

/** @returns null where the bytes are no frame of this protocol. */
export function decodeLinkFrame(bytes: Uint8Array): LinkFrame | null {
  if (bytes[0] === kind.data) {
    const payload = bytes.length - 1
    return payload > 0 && payload <= linkChunkBytes ? { type: 'data', bytes: payload } : null
  }
  if (bytes.length !== 5) return null
  const value = new DataView(bytes.buffer, bytes.byteOffset, 5).getUint32(1)
  if (bytes[0] === kind.ping) return { type: 'ping', sequence: value }
  if (bytes[0] === kind.pong) return { type: 'pong', sequence: value }
  if (bytes[0] !== kind.fetch || value < 1 || value > maxLinkTransferBytes) return null
  return { type: 'fetch', bytes: value }
}
