import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

/** One stream of this protocol carries one connection of a lease, where no direct socket can. */
export const tunnelProtocol = '/unhosted/tunnel/1'

const leaseIdBytes = 16
const secretBytes = 32
/** Length of the opening that the head sends first on each tunnel connection. */
export const tunnelOpeningBytes = 1 + leaseIdBytes + secretBytes
/** What the lender answers an opening that it takes; anything else is an end without an answer. */
export const tunnelAccepted = 0x01

/** `data` joins the rpc-server; `probe` only asks whether this way works, and is closed after the answer. */
export type TunnelPurpose = 'data' | 'probe'
const purposeByte: Readonly<Record<TunnelPurpose, number>> = { data: 0x01, probe: 0x02 }

export interface TunnelOpening {
  readonly purpose: TunnelPurpose
  /** 32 hex digits. */
  readonly leaseId: string
  /** 64 hex digits. */
  readonly secret: string
}

/** Layout: one byte of purpose, 16 bytes of lease id, 32 bytes of secret. */
export function encodeTunnelOpening(opening: TunnelOpening): Uint8Array {
  const bytes = new Uint8Array(tunnelOpeningBytes)
  bytes[0] = purposeByte[opening.purpose]
  bytes.set(hexToBytes(opening.leaseId), 1)
  bytes.set(hexToBytes(opening.secret), 1 + leaseIdBytes)
  return bytes
}

/** @returns null where the bytes are no opening. */
export function decodeTunnelOpening(bytes: Uint8Array): TunnelOpening | null {
  if (bytes.length !== tunnelOpeningBytes) return null
  const purpose = bytes[0] === purposeByte.data ? 'data' : bytes[0] === purposeByte.probe ? 'probe' : null
  if (purpose === null) return null
  return {
    purpose,
    leaseId: bytesToHex(bytes.subarray(1, 1 + leaseIdBytes)),
    secret: bytesToHex(bytes.subarray(1 + leaseIdBytes))
  }
}
