import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { Hex } from '../deal/index.ts'

export const toHex = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`
/** For what a schema has let through: `0x`, then an even number of hexadecimal digits. */
export const fromHex = (text: Hex): Uint8Array => hexToBytes(text.slice(2))
