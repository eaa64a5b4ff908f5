import { access, mkdir, open, readFile, rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  aligned,
  encodeHeader,
  float32Pair,
  readPairs,
  stringPair,
  type TensorInfo,
  uint32Pair
} from './gguf-header.ts'

/** A llama of any size: right shapes, random weights, so that it costs what a real one costs. */
export interface ModelShape {
  readonly layers: number
  readonly embedding: number
  readonly feedForward: number
  readonly heads: number
  readonly keyValueHeads: number
}

/** 0.72 B parameters, 768 MB as Q8_0. */
export const defaultShape: ModelShape = { layers: 16, embedding: 2048, feedForward: 5632, heads: 16, keyValueHeads: 4 }

const f32 = 0
const q8 = 8
const q8BlockBytes = 34
const q8BlockWeights = 32
/** 2^-12 as f16: with bytes spread evenly, weights deviate by 0.018, as in a trained layer of this width. */
const q8Scale = 0x0c00
const vocabulary = 1024
const trainedContext = 2048

/** Path of the generated model in the user's cache; made on the first call. Same shape, same bytes. */
export async function generatedModel(shape: ModelShape, tokenizerFrom: string): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'unhosted-bench')
  const path = join(folder, `llama-${shape.layers}x${shape.embedding}-q8_0-1.gguf`)
  try {
    await access(path)
    return path
  } catch {
    // Not made yet.
  }
  await mkdir(folder, { recursive: true })
  const partial = `${path}.${process.pid}.partial`
  await writeModel(partial, shape, tokenizerFrom)
  await rename(partial, path)
  return path
}

/**
 * @param tokenizerFrom a GGUF file whose tokenizer the model gets; it must have 1024 tokens
 * @internal For its test.
 */
export async function writeModel(path: string, shape: ModelShape, tokenizerFrom: string): Promise<void> {
  const tokenizer = readPairs(await readFile(tokenizerFrom)).filter(({ key }) => key.startsWith('tokenizer.'))
  const pairs = [
    stringPair('general.architecture', 'llama'),
    stringPair('general.name', 'unhosted-bench'),
    uint32Pair('general.file_type', 7),
    uint32Pair('general.quantization_version', 2),
    uint32Pair('llama.context_length', trainedContext),
    uint32Pair('llama.embedding_length', shape.embedding),
    uint32Pair('llama.block_count', shape.layers),
    uint32Pair('llama.feed_forward_length', shape.feedForward),
    uint32Pair('llama.attention.head_count', shape.heads),
    uint32Pair('llama.attention.head_count_kv', shape.keyValueHeads),
    float32Pair('llama.attention.layer_norm_rms_epsilon', 1e-5),
    uint32Pair('llama.rope.dimension_count', shape.embedding / shape.heads),
    uint32Pair('llama.vocab_size', vocabulary),
    ...tokenizer
  ]
  const tensors = listTensors(shape)
  const random = createRandom(0x9e3779b9)
  const file = await open(path, 'wx')
  try {
    await file.write(encodeHeader(pairs, tensors))
    for (const tensor of tensors) await file.write(tensor.type === q8 ? randomBlocks(tensor, random) : ones(tensor))
  } finally {
    await file.close()
  }
}

export function parameterCount(shape: ModelShape): number {
  return listTensors(shape).reduce((sum, tensor) => sum + tensor.dimensions.reduce((a, b) => a * b, 1), 0)
}

function listTensors(shape: ModelShape): readonly TensorInfo[] {
  const { embedding, feedForward } = shape
  const keyValue = (embedding / shape.heads) * shape.keyValueHeads
  const layer = (index: number): readonly TensorInfo[] => [
    vector(`blk.${index}.attn_norm.weight`, embedding),
    matrix(`blk.${index}.attn_q.weight`, embedding, embedding),
    matrix(`blk.${index}.attn_k.weight`, embedding, keyValue),
    matrix(`blk.${index}.attn_v.weight`, embedding, keyValue),
    matrix(`blk.${index}.attn_output.weight`, embedding, embedding),
    vector(`blk.${index}.ffn_norm.weight`, embedding),
    matrix(`blk.${index}.ffn_gate.weight`, embedding, feedForward),
    matrix(`blk.${index}.ffn_up.weight`, embedding, feedForward),
    matrix(`blk.${index}.ffn_down.weight`, feedForward, embedding)
  ]
  return [
    matrix('token_embd.weight', embedding, vocabulary),
    vector('output_norm.weight', embedding),
    ...Array.from({ length: shape.layers }, (_, index) => layer(index)).flat()
  ]
}

function matrix(name: string, columns: number, rows: number): TensorInfo {
  return { name, dimensions: [columns, rows], type: q8, bytes: ((columns * rows) / q8BlockWeights) * q8BlockBytes }
}

function vector(name: string, length: number): TensorInfo {
  return { name, dimensions: [length], type: f32, bytes: length * 4 }
}

function ones(tensor: TensorInfo): Buffer {
  const bytes = Buffer.alloc(aligned(tensor.bytes))
  for (let at = 0; at < tensor.bytes; at += 4) bytes.writeFloatLE(1, at)
  return bytes
}

/** Q8_0: blocks of an f16 scale and 32 signed bytes. */
function randomBlocks(tensor: TensorInfo, random: () => number): Buffer {
  const bytes = Buffer.alloc(aligned(tensor.bytes))
  for (let at = 0; at < tensor.bytes; at += q8BlockBytes) {
    bytes.writeUInt16LE(q8Scale, at)
    for (let word = 0; word < q8BlockWeights; word += 4) bytes.writeInt32LE(random(), at + 2 + word)
  }
  return bytes
}

/** xorshift32: the same bytes on every machine. */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state
  }
}
