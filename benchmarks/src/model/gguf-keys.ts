import type { GgufValue } from '@unhosted/node/models/testing'

/** Bytes of each scalar type, by type number. */
const scalarBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8
}
const stringType = 8
const arrayType = 9

/** The keys of one of our own files, values as the bytes they stand in (GGUF v3, ggml/docs/gguf.md): lengths are trusted. */
export function readKeys(file: Buffer): Readonly<Record<string, GgufValue>> {
  if (file.toString('latin1', 0, 4) !== 'GGUF' || file.readUInt32LE(4) !== 3) throw new Error('Not a GGUF v3 file.')
  const count = Number(file.readBigUInt64LE(16))
  const keys: Record<string, GgufValue> = {}
  let at = 24
  for (let index = 0; index < count; index++) {
    const keyEnd = at + 8 + Number(file.readBigUInt64LE(at))
    const key = file.toString('utf8', at + 8, keyEnd)
    const type = file.readUInt32LE(keyEnd)
    at = skipValue(file, keyEnd + 4, type)
    keys[key] = { type, bytes: file.subarray(keyEnd + 4, at) }
  }
  return keys
}

function skipValue(file: Buffer, at: number, type: number): number {
  if (type === stringType) return at + 8 + Number(file.readBigUInt64LE(at))
  if (type !== arrayType) {
    const bytes = scalarBytes[type]
    if (bytes === undefined) throw new Error(`Unknown GGUF type ${type}.`)
    return at + bytes
  }
  const [itemType, items] = [file.readUInt32LE(at), Number(file.readBigUInt64LE(at + 4))]
  let next = at + 12
  for (let index = 0; index < items; index++) next = skipValue(file, next, itemType)
  return next
}
