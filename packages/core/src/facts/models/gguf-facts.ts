import { BaseError, printable } from '../../errors/index.ts'
import { type ModelFacts, modelFactsSchema } from './facts.ts'
import { fileTypeName } from './file-type.ts'
import { type GgufMetadata, type MetadataReader, readMetadata } from './gguf-metadata.ts'
import { kvBytesPerLayer } from './kv-cache.ts'
import { checkTensorBounds, elementCount, type TensorInfo, tensorBytes } from './tensor-size.ts'

/** What a GGUF parser reads of a model; nothing in it is trusted. */
export interface GgufContents {
  readonly metadata: GgufMetadata
  /** Tensors of all files of a split set. */
  readonly tensors: readonly TensorInfo[]
  /** Size of each file of the set. */
  readonly fileBytes: readonly number[]
}

/** Facts without the identity, which only hashing the file tells. */
export type AnonymousFacts = Omit<ModelFacts, 'id'>

export const anonymousFactsSchema = modelFactsSchema.omit({ id: true })

/** Layers beyond this number are no model of ours. */
const maxLayers = 4096

/**
 * Turn what a GGUF file says of itself into what the planner needs.
 * @throws BaseError MODEL_INVALID with the reason
 */
export function factsOf(contents: GgufContents): AnonymousFacts {
  checkTensorBounds(contents.tensors, contents.fileBytes)
  checkUnique(contents.tensors)
  const metadata = readMetadata(contents.metadata)
  const layerCount = metadata.requireCount('block_count')
  if (layerCount > maxLayers) throw invalid(`The file claims ${layerCount} layers; at most ${maxLayers} are supported.`)
  const weights = sumWeights(contents.tensors, layerCount)
  return parseFacts({
    architecture: metadata.architecture,
    quantisation: fileTypeName(metadata.raw('general.file_type')),
    parameterCount: contents.tensors.reduce((sum, tensor) => sum + elementCount(tensor), 0),
    layerCount,
    contextLength: metadata.requireCount('context_length'),
    embeddingLength: metadata.requireCount('embedding_length'),
    vocabularySize: weights.vocabularySize,
    headCount: headCount(metadata, layerCount),
    feedForwardLength: Math.max(0, ...(metadata.perLayer('feed_forward_length', layerCount) ?? [])),
    layerBytes: weights.layers,
    kvBytesPerToken: kvBytesPerLayer(metadata, layerCount, weights.layerTensors),
    embeddingBytes: weights.embedding,
    outputBytes: weights.output,
    fileBytes: contents.fileBytes.reduce((sum, size) => sum + size, 0),
    hasChatTemplate: typeof metadata.raw('tokenizer.chat_template') === 'string'
  })
}

interface Weights {
  readonly layers: number[]
  readonly layerTensors: ReadonlySet<string>[]
  readonly embedding: number
  readonly output: number
  readonly vocabularySize: number
}

/**
 * Input tensors stay with the head machine, `blk.N.*` go with layer N, the rest lives with the output. A model without
 * `output.weight` ties its head to the embedding table; the engine then loads a second copy beside the last layer.
 */
function sumWeights(tensors: readonly TensorInfo[], layerCount: number): Weights {
  const layers = new Array<number>(layerCount).fill(0)
  const layerTensors = Array.from({ length: layerCount }, () => new Set<string>())
  let embedding = 0
  let output = 0
  let table: TensorInfo | undefined
  let tied = true
  for (const tensor of tensors) {
    const size = tensorBytes(tensor)
    const block = /^blk\.(\d{1,6})\.(.+)$/.exec(tensor.name)
    if (block !== null) {
      const layer = Number(block[1])
      if (layer >= layerCount)
        throw invalid(`Tensor "${printable(tensor.name, 64)}" belongs to no layer of ${layerCount}.`)
      layers[layer] = (layers[layer] ?? 0) + size
      layerTensors[layer]?.add(block[2] ?? '')
    } else if (/^(?:token_|position_embd|per_layer_)/.test(tensor.name)) {
      embedding += size
    } else {
      output += size
    }
    if (tensor.name === 'token_embd.weight') table = tensor
    if (tensor.name === 'output.weight') tied = false
  }
  if (table === undefined) throw invalid('The file has no token embedding table, so it is not a language model.')
  const empty = layers.indexOf(0)
  if (empty !== -1) throw invalid(`The file has no weights for layer ${empty} of ${layerCount}.`)
  return {
    layers,
    layerTensors,
    embedding,
    output: output + (tied ? tensorBytes(table) : 0),
    vocabularySize: table.dimensions[1] ?? 1
  }
}

function headCount(metadata: MetadataReader, layerCount: number): number {
  return Math.max(1, ...(metadata.perLayer('attention.head_count', layerCount) ?? []))
}

function checkUnique(tensors: readonly TensorInfo[]): void {
  const names = new Set<string>()
  for (const { name } of tensors) {
    if (names.has(name)) throw invalid(`Tensor "${printable(name, 64)}" is there twice.`)
    names.add(name)
  }
}

function parseFacts(facts: AnonymousFacts): AnonymousFacts {
  const parsed = anonymousFactsSchema.safeParse(facts)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw invalid(`The model's ${issue?.path.join('.') ?? 'facts'} is out of bounds: ${issue?.message ?? 'unknown'}.`)
}

function invalid(what: string): BaseError {
  return new BaseError('MODEL_INVALID', what)
}
