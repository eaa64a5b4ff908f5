import { BaseError } from '../../errors/index.ts'

/** Metadata of a GGUF file by its full dotted key (`llama.attention.head_count`); nothing in it is trusted. */
export type GgufMetadata = Readonly<Record<string, unknown>>

/** Highest count that any dimension of a model may claim. */
const maxCount = 2 ** 32

export interface MetadataReader {
  readonly architecture: string
  /** A count under the architecture's prefix; undefined where the key is missing. @throws BaseError MODEL_INVALID */
  count(key: string): number | undefined
  /** @throws BaseError MODEL_INVALID when it is missing or not a positive integer */
  requireCount(key: string): number
  /** A count that the format lets be one number for all layers or one for each. @throws BaseError MODEL_INVALID */
  perLayer(key: string, layerCount: number): readonly number[] | undefined
  /** Any key, prefix included. */
  raw(key: string): unknown
}

/** @throws BaseError MODEL_INVALID when the file names no usable architecture */
export function readMetadata(metadata: GgufMetadata): MetadataReader {
  const value = (key: string): unknown => (Object.hasOwn(metadata, key) ? metadata[key] : undefined)
  const architecture = value('general.architecture')
  if (typeof architecture !== 'string' || !/^[\w.-]{1,64}$/.test(architecture)) {
    throw new BaseError('MODEL_INVALID', 'The file does not say which architecture the model has.')
  }
  const count = (key: string): number | undefined => {
    const found = value(`${architecture}.${key}`)
    return found === undefined ? undefined : asCount(`${architecture}.${key}`, found)
  }
  return {
    architecture,
    raw: value,
    count,
    requireCount: (key) => {
      const found = count(key)
      if (found === undefined || found === 0) throw badKey(`${architecture}.${key}`, 'is missing or zero')
      return found
    },
    perLayer: (key, layerCount) => {
      const name = `${architecture}.${key}`
      const found = value(name)
      if (found === undefined) return undefined
      if (!Array.isArray(found)) return new Array<number>(layerCount).fill(asCount(name, found))
      if (found.length < layerCount) throw badKey(name, `has ${found.length} entries for ${layerCount} layers`)
      return found.slice(0, layerCount).map((entry) => asCount(name, entry))
    }
  }
}

function asCount(key: string, value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > maxCount) {
    throw badKey(key, 'is not a sensible count')
  }
  return number
}

function badKey(key: string, why: string): BaseError {
  return new BaseError('MODEL_INVALID', `The metadata key ${key} ${why}.`, {
    advice: 'Use a language model in GGUF format; projectors, adapters and vocabularies cannot be served alone.'
  })
}
