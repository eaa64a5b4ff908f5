/** What the generator needs of a GGUF file: its key-value pairs, as the bytes they stand in. Format: GGUF v3, ggml/docs/gguf.md. */
export interface GgufPair {
  readonly key: string
  /** Key, type and value, as in the file. */
  readonly bytes: Buffer
}

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

/** Pairs of one of our own files: lengths are trusted. */
export function readPairs(file: Buffer): readonly GgufPair[] {
  if (file.toString('latin1', 0, 4) !== 'GGUF' || file.readUInt32LE(4) !== 3) throw new Error('Not a GGUF v3 file.')
  const count = Number(file.readBigUInt64LE(16))
  const pairs: GgufPair[] = []
  let at = 24
  for (let index = 0; index < count; index++) {
    const start = at
    const keyBytes = Number(file.readBigUInt64LE(at))
    const key = file.toString('utf8', at + 8, at + 8 + keyBytes)
    at = skipValue(file, at + 8 + keyBytes + 4, file.readUInt32LE(at + 8 + keyBytes))
    pairs.push({ key, bytes: file.subarray(start, at) })
  }
  return pairs
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

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([length, bytes])
}

function pair(key: string, type: number, value: Buffer): GgufPair {
  const number = Buffer.alloc(4)
  number.writeUInt32LE(type)
  return { key, bytes: Buffer.concat([text(key), number, value]) }
}

export function stringPair(key: string, value: string): GgufPair {
  return pair(key, stringType, text(value))
}

export function uint32Pair(key: string, value: number): GgufPair {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return pair(key, 4, bytes)
}

export function float32Pair(key: string, value: number): GgufPair {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return pair(key, 6, bytes)
}

export interface TensorInfo {
  readonly name: string
  /** Fastest dimension first, as ggml has it. */
  readonly dimensions: readonly number[]
  /** ggml_type. */
  readonly type: number
  readonly bytes: number
}

/** Tensor data begins, and each tensor too, at a multiple of this. */
const alignment = 32

export function aligned(value: number): number {
  return Math.ceil(value / alignment) * alignment
}

/** Everything before the tensor data, padding included. */
export function encodeHeader(pairs: readonly GgufPair[], tensors: readonly TensorInfo[]): Buffer {
  const head = Buffer.alloc(24)
  head.write('GGUF', 0, 'latin1')
  head.writeUInt32LE(3, 4)
  head.writeBigUInt64LE(BigInt(tensors.length), 8)
  head.writeBigUInt64LE(BigInt(pairs.length), 16)
  let offset = 0
  const infos = tensors.map((tensor) => {
    const tail = Buffer.alloc(4 + 8 * tensor.dimensions.length + 12)
    tail.writeUInt32LE(tensor.dimensions.length)
    tensor.dimensions.forEach((dimension, index) => {
      tail.writeBigUInt64LE(BigInt(dimension), 4 + 8 * index)
    })
    tail.writeUInt32LE(tensor.type, tail.length - 12)
    tail.writeBigUInt64LE(BigInt(offset), tail.length - 8)
    offset += aligned(tensor.bytes)
    return Buffer.concat([text(tensor.name), tail])
  })
  const header = Buffer.concat([head, ...pairs.map((one) => one.bytes), ...infos])
  return Buffer.concat([header, Buffer.alloc(aligned(header.length) - header.length)])
}
