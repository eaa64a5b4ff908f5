import { BaseError, printable } from '@unhosted/core/errors'

/** Reads `length` bytes at `offset`; fewer only at the end of the file. */
export type ReadAt = (offset: number, length: number) => Uint8Array

export interface GgufHeader {
  readonly version: number
  readonly tensorCount: number
  /** Metadata of one unsigned integer each, such as `split.count`. */
  readonly integers: ReadonlyMap<string, number>
}

/** Far above any real model, far below what could hurt: the largest known headers have 20 MiB. */
const limits = {
  keys: 65_536,
  tensors: 65_536,
  keyBytes: 65_535,
  /** Parts of a key between its dots: parsers nest them, and tens of thousands end a stack. */
  keyParts: 16,
  tensorNameBytes: 255,
  stringBytes: 16 * 1024 ** 2,
  arrayElements: 16 * 1024 ** 2,
  headerBytes: 256 * 1024 ** 2,
  alignment: 65_536
}

const valueBytes: Readonly<Record<number, number>> = {
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
/** Smallest possible key (length, no text, type, one byte) and tensor (length, no text, no dimensions, type, offset). */
const smallestKeyBytes = 13
const smallestTensorBytes = 24

/**
 * Walk the header of a GGUF file without keeping it: every count and length is checked against bounds and against
 * what the file can hold before it is believed. Time and memory are bounded by `limits` whatever the bytes are.
 * @throws BaseError MODEL_INVALID with the reason
 */
export function checkGgufHeader(read: ReadAt, fileBytes: number): GgufHeader {
  const cursor = new Cursor(read, fileBytes)
  const magic = cursor.text(4)
  if (magic !== 'GGUF') throw invalid(`It does not begin with GGUF but with "${printable(magic, 64)}"`)
  const version = cursor.uint32()
  if (version === 0x02000000 || version === 0x03000000) throw invalid('It is a big-endian GGUF file')
  if (version !== 2 && version !== 3) throw invalid(`It has GGUF version ${version}; 2 and 3 can be read`)
  const tensorCount = cursor.count('tensors', limits.tensors, smallestTensorBytes)
  const keyCount = cursor.count('metadata keys', limits.keys, smallestKeyBytes)
  const integers = new Map<string, number>()
  const keys = new Set<string>()
  for (let index = 0; index < keyCount; index++) {
    const key = cursor.string('metadata key', limits.keyBytes)
    if (keys.has(key)) throw invalid(`The metadata key "${printable(key, 64)}" is there twice`)
    keys.add(key)
    const parts = key.split('.').length
    if (parts > limits.keyParts)
      throw invalid(`A metadata key has ${parts} parts; at most ${limits.keyParts} are accepted`)
    const integer = cursor.value(key)
    if (integer !== undefined) integers.set(key, integer)
  }
  const alignment = integers.get('general.alignment') ?? 32
  if (alignment < 1 || alignment > limits.alignment || (alignment & (alignment - 1)) !== 0) {
    throw invalid(`Its alignment is ${alignment}, which is no power of two up to ${limits.alignment}`)
  }
  for (let index = 0; index < tensorCount; index++) cursor.tensor()
  return { version, tensorCount, integers }
}

function invalid(what: string): BaseError {
  return new BaseError('MODEL_INVALID', `The file is not a usable GGUF model: ${what}.`)
}

/** A place in the file that only moves forward, over a window of bytes. */
class Cursor {
  private readonly read: ReadAt
  private readonly end: number
  private readonly truncated: boolean
  private offset = 0
  private window = Buffer.alloc(0)
  private windowStart = 0

  constructor(read: ReadAt, fileBytes: number) {
    this.read = read
    this.end = Math.min(fileBytes, limits.headerBytes)
    this.truncated = fileBytes <= limits.headerBytes
  }

  uint32(): number {
    return this.take(4).readUInt32LE(0)
  }

  /** A 64-bit count or length; one beyond safe integers is as absurd as one beyond any bound. */
  uint64(): number {
    return Number(this.take(8).readBigUInt64LE(0))
  }

  text(length: number): string {
    return this.take(length).toString('utf8')
  }

  /** A count of things that take at least `smallest` bytes each. */
  count(what: string, most: number, smallest: number): number {
    const count = this.uint64()
    if (count > most) throw invalid(`It claims ${count} ${what}; at most ${most} are accepted`)
    if (count * smallest > this.end - this.offset) {
      throw invalid(`It claims ${count} ${what}, more than its ${this.end} bytes can hold`)
    }
    return count
  }

  string(what: string, most: number): string {
    return this.text(this.stringLength(what, most))
  }

  /** @returns the value where it is one unsigned integer */
  value(key: string): number | undefined {
    const type = this.uint32()
    if (type === stringType) this.skip(this.stringLength(`value of "${printable(key, 64)}"`, limits.stringBytes))
    else if (type === arrayType) this.skipArray(key)
    else return this.scalar(key, type)
    return undefined
  }

  tensor(): void {
    const name = this.string('tensor name', limits.tensorNameBytes)
    const dimensions = this.uint32()
    if (dimensions > 4) throw invalid(`Tensor "${printable(name, 64)}" claims ${dimensions} dimensions`)
    this.skip(dimensions * 8 + 4 + 8)
  }

  private scalar(key: string, type: number): number | undefined {
    const size = valueBytes[type]
    if (size === undefined) throw invalid(`The metadata key "${printable(key, 64)}" has the unknown type ${type}`)
    const bytes = this.take(size)
    if (type === 0) return bytes.readUInt8(0)
    if (type === 2) return bytes.readUInt16LE(0)
    if (type === 4) return bytes.readUInt32LE(0)
    if (type === 5) return Math.max(0, bytes.readInt32LE(0))
    if (type === 10) return Number(bytes.readBigUInt64LE(0))
    return undefined
  }

  private skipArray(key: string): void {
    const type = this.uint32()
    const what = `array elements in "${printable(key, 64)}"`
    const size = type === stringType ? 8 : valueBytes[type]
    if (size === undefined) throw invalid(`The array "${printable(key, 64)}" holds the unsupported type ${type}`)
    const count = this.count(what, limits.arrayElements, size)
    if (type !== stringType) this.skip(count * size)
    else for (let index = 0; index < count; index++) this.skip(this.stringLength(what, limits.stringBytes))
  }

  private stringLength(what: string, most: number): number {
    const length = this.uint64()
    if (length > most) throw invalid(`A ${what} claims ${length} bytes; at most ${most} are accepted`)
    return length
  }

  private skip(length: number): void {
    if (length > this.end - this.offset) throw this.tooShort()
    this.offset += length
  }

  private take(length: number): Buffer {
    if (length > this.end - this.offset) throw this.tooShort()
    const from = this.offset - this.windowStart
    if (from < 0 || from + length > this.window.length) {
      this.window = Buffer.from(this.read(this.offset, Math.min(this.end - this.offset, Math.max(length, 64 * 1024))))
      this.windowStart = this.offset
      if (this.window.length < length) throw this.tooShort()
    }
    const start = this.offset - this.windowStart
    this.offset += length
    return this.window.subarray(start, start + length)
  }

  private tooShort(): BaseError {
    return this.truncated
      ? invalid(`It ends in the middle of its header, after ${this.end} bytes; it was probably cut short`)
      : invalid(`Its header is longer than ${limits.headerBytes} bytes`)
  }
}
