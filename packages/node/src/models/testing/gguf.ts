/** Writes GGUF files byte by byte, valid unless told otherwise. Format: GGUF v3, ggml/docs/gguf.md. */

export type GgufValue =
  | { readonly u32: number }
  | { readonly u16: number }
  | { readonly u64: bigint }
  | { readonly f32: number }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly u32s: readonly number[] }
  | { readonly bytes: Buffer; readonly type: number }

export interface GgufTensor {
  readonly name: string
  readonly dimensions: readonly (number | bigint)[]
  /** ggml type; default F32. */
  readonly type?: number
  /** Of its data; default that of F32. */
  readonly bytes?: number
  /** Default: after the tensor before. */
  readonly offset?: bigint
}

export interface GgufFile {
  readonly magic?: string
  readonly version?: number
  readonly keys?: Readonly<Record<string, GgufValue>>
  readonly tensors?: readonly GgufTensor[]
  /** What the header claims, where it lies. */
  readonly tensorCount?: bigint
  readonly keyCount?: bigint
  /** Byte that fills the tensor data, so that models differ. */
  readonly fill?: number
}

/** Tensor data begins, and each tensor too, at a multiple of this. */
const alignment = 32

export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment

/** Metadata of a llama of two layers, width 32, 4 heads on 2 KV heads, 16 tokens. */
export const smallKeys: Readonly<Record<string, GgufValue>> = {
  'general.architecture': { text: 'llama' },
  'general.file_type': { u32: 0 },
  'llama.block_count': { u32: 2 },
  'llama.context_length': { u32: 512 },
  'llama.embedding_length': { u32: 32 },
  'llama.feed_forward_length': { u32: 64 },
  'llama.attention.head_count': { u32: 4 },
  'llama.attention.head_count_kv': { u32: 2 },
  'tokenizer.ggml.tokens': { texts: Array.from({ length: 16 }, (_, index) => `t${index}`) },
  'tokenizer.chat_template': { text: '{{ messages }}' }
}

export const smallTensors: readonly GgufTensor[] = [
  { name: 'token_embd.weight', dimensions: [32, 16] },
  { name: 'output_norm.weight', dimensions: [32] },
  ...[0, 1].flatMap((layer) => [
    { name: `blk.${layer}.attn_k.weight`, dimensions: [32, 16] },
    { name: `blk.${layer}.ffn_up.weight`, dimensions: [32, 64] }
  ])
]

export function ggufBytes(file: GgufFile): Buffer {
  const { header, dataBytes } = ggufHeader(file)
  const data = dataBytes < 64n * 1024n ** 2n ? Number(dataBytes) : 0
  return Buffer.concat([header, Buffer.alloc(data, file.fill ?? 0)])
}

/** Everything before the tensor data, padding included, and how many bytes of data follow. */
export function ggufHeader(file: GgufFile): { readonly header: Buffer; readonly dataBytes: bigint } {
  const keys = Object.entries(file.keys ?? smallKeys)
  const tensors = file.tensors ?? smallTensors
  let offset = 0n
  const infos = tensors.map((tensor) => {
    const at = tensor.offset ?? offset
    offset = at + BigInt(aligned(tensor.bytes ?? f32Bytes(tensor)))
    const dimensions = tensor.dimensions.map((dimension) => u64(BigInt(dimension)))
    return [text(tensor.name), u32(tensor.dimensions.length), ...dimensions, u32(tensor.type ?? 0), u64(at)]
  })
  const head = Buffer.concat([
    Buffer.from(file.magic ?? 'GGUF'),
    u32(file.version ?? 3),
    u64(file.tensorCount ?? BigInt(tensors.length)),
    u64(file.keyCount ?? BigInt(keys.length)),
    ...keys.flatMap(([key, value]) => [text(key), valueBytes(value)]),
    ...infos.flat()
  ])
  const padding = Buffer.alloc(aligned(head.length) - head.length)
  return { header: Buffer.concat([head, padding]), dataBytes: offset }
}

/** The parts of a split model, one tensor list each; `change` makes one of them lie. */
export function splitBytes(
  count: number,
  change: (part: number, keys: Record<string, GgufValue>) => Record<string, GgufValue> = (_, keys) => keys
): Buffer[] {
  return Array.from({ length: count }, (_, part) => {
    const split = {
      'split.no': { u16: part },
      'split.count': { u16: count },
      'split.tensors.count': { u32: smallTensors.length }
    }
    const keys = part === 0 ? { ...smallKeys, ...split } : split
    const from = Math.floor((smallTensors.length * part) / count)
    const to = Math.floor((smallTensors.length * (part + 1)) / count)
    return ggufBytes({ keys: change(part, keys), tensors: smallTensors.slice(from, to) })
  })
}

function f32Bytes(tensor: GgufTensor): number {
  return tensor.dimensions.reduce<number>((product, dimension) => product * Number(dimension), 4)
}

function valueBytes(value: GgufValue): Buffer {
  if ('u16' in value) return Buffer.concat([u32(2), u16(value.u16)])
  if ('u32' in value) return Buffer.concat([u32(4), u32(value.u32)])
  if ('u64' in value) return Buffer.concat([u32(10), u64(value.u64)])
  if ('f32' in value) return Buffer.concat([u32(6), f32(value.f32)])
  if ('text' in value) return Buffer.concat([u32(8), text(value.text)])
  if ('texts' in value) {
    return Buffer.concat([u32(9), u32(8), u64(BigInt(value.texts.length)), ...value.texts.map(text)])
  }
  if ('u32s' in value) return Buffer.concat([u32(9), u32(4), u64(BigInt(value.u32s.length)), ...value.u32s.map(u32)])
  return Buffer.concat([u32(value.type), value.bytes])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u64(BigInt(bytes.length)), bytes])
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}
