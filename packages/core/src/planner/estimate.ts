import type { ModelFacts } from '../facts/models/index.ts'
import { bytes, MiB } from '../units.ts'
import type { MemoryNeed } from './plan.ts'

/** What is kept back against over-commit, because an estimate that is too low ends in a dead engine. */
export interface ReservePolicy {
  /** Share of weights, KV and compute added on top. */
  readonly fraction: number
  /** What llama-server takes on the head's CPU before any model: code, heap, threads. Bytes. */
  readonly headProcessBytes: number
  /** What it takes there for each entry of the vocabulary, bytes. */
  readonly headVocabularyBytes: number
  /** What ggml-rpc-server takes on a lender's CPU, bytes. */
  readonly rpcProcessBytes: number
  /** What a GPU runtime takes on its device before any model: context, kernels, scratch. Bytes. */
  readonly gpuProcessBytes: number
}

/** Source: docs/decisions/0002-planner-estimates.md. */
export const defaultReserve: ReservePolicy = {
  fraction: 0.05,
  headProcessBytes: 24 * MiB,
  headVocabularyBytes: 400,
  rpcProcessBytes: 8 * MiB,
  gpuProcessBytes: 320 * MiB
}

/** Tokens that llama.cpp computes at once when it reads a prompt (`--ubatch-size`, its default). */
export const defaultMicroBatchTokens = 512
/** llama.cpp rounds the KV cache up to this many cells. */
const kvCells = 256
/** Copies of its inputs that the scheduler keeps where it runs devices as a pipeline (GGML_SCHED_MAX_COPIES). */
const pipelineCopies = 4

/**
 * A run of layers on one kind of device.
 * @internal For its test.
 */
export interface Share {
  readonly kind: 'cpu' | 'gpu'
  readonly firstLayer: number
  readonly layerCount: number
  /** The output layer is here. */
  readonly output: boolean
  /** This is the head's CPU: the embedding table and llama-server itself are here, layers or not. */
  readonly embedding: boolean
  /** No layer is on the head's CPU and two devices or more hold them: llama.cpp then overlaps micro-batches. */
  readonly pipelined: boolean
}

export interface Estimator {
  readonly facts: ModelFacts
  readonly contextSize: number
  /** Weights and KV of all repeating layers and their part of the reserve. */
  readonly layersBytes: number
  /** The layer that needs the least, the last left out where there are others: the output goes with that. */
  readonly smallestLayer: number
  need(share: Share): MemoryNeed
  /** What a device needs beside its layers, where it has any but not the output. */
  fixedBytes(device: Pick<Share, 'kind' | 'embedding'>): number
}

/** Memory that any share of a model needs at a context size; sums are made once, so asking is cheap. */
export function createEstimator(
  facts: ModelFacts,
  contextSize: number,
  reserve: ReservePolicy,
  microBatchTokens: number
): Estimator {
  const cells = Math.ceil(contextSize / kvCells) * kvCells
  const weightsBefore = runningSum(facts.layerCount, (layer) => facts.layerBytes[layer] ?? 0)
  const kvBefore = runningSum(facts.layerCount, (layer) => (facts.kvBytesPerToken[layer] ?? 0) * cells)
  const need = (share: Share): MemoryNeed => {
    const { firstLayer, layerCount, output, embedding } = share
    const end = firstLayer + layerCount
    const tables = (output ? facts.outputBytes : 0) + (embedding ? facts.embeddingBytes : 0)
    // A tied embedding table is counted in both, and is in memory once where both are: never more than the file.
    const weights = Math.min(between(weightsBefore, firstLayer, end) + tables, facts.fileBytes)
    const kv = between(kvBefore, firstLayer, end)
    const compute = microBatchTokens * computeBytesPerToken(facts, cells, share)
    const total = Math.ceil((weights + kv + compute) * (1 + reserve.fraction)) + processBytes(facts, share, reserve)
    return { weights: bytes(weights), kv: bytes(kv), compute: bytes(compute), total: bytes(total) }
  }
  const layersBetween = (start: number, end: number): number =>
    (between(weightsBefore, start, end) + between(kvBefore, start, end)) * (1 + reserve.fraction)
  return {
    facts,
    contextSize,
    layersBytes: layersBetween(0, facts.layerCount),
    smallestLayer: smallestOf(Math.max(1, facts.layerCount - 1), (layer) => layersBetween(layer, layer + 1)),
    need,
    fixedBytes(device) {
      const oneLayer = need({ ...device, firstLayer: 0, layerCount: 1, output: false, pipelined: false })
      return oneLayer.total - layersBetween(0, 1)
    }
  }
}

function processBytes({ vocabularySize }: ModelFacts, { kind, embedding }: Share, reserve: ReservePolicy): number {
  if (kind === 'gpu') return reserve.gpuProcessBytes
  return embedding ? reserve.headProcessBytes + vocabularySize * reserve.headVocabularyBytes : reserve.rpcProcessBytes
}

/**
 * Scratch for each token of a micro-batch, bytes. Fitted to what llama.cpp reports for nine shapes of model and four sizes of
 * context, where it is 1.00 to 1.35 of the report; docs/decisions/0002-planner-estimates.md has the table.
 */
function computeBytesPerToken(facts: ModelFacts, cells: number, { layerCount, output, pipelined }: Share): number {
  const width = facts.embeddingLength
  const layers = layerCount === 0 ? 0 : layerFloats(facts)
  // Embeddings and reranking ask for the logits of every token of a micro-batch.
  const logits = output ? facts.vocabularySize : 0
  const floats = Math.max(layers, logits) + 4 * width + 32 + (pipelined ? 7 * width : 0)
  // The attention mask in f16, over the whole context; flash attention keeps nothing larger.
  const masks = 2 * cells * (pipelined ? pipelineCopies : 1)
  return 4 * floats + masks
}

/** Widest moment of a repeating layer in f32 values for each token, beside the residual stream. */
function layerFloats(facts: ModelFacts): number {
  const width = facts.embeddingLength
  // Recurrent architectures name no feed-forward length; their inner width is at most three times the outer.
  const dense = 3 * Math.max(facts.feedForwardLength, 3 * width)
  return isSparse(facts) ? Math.max(dense, 24 * width) : dense
}

/**
 * Whether layers are mixtures of experts: far more parameters than a dense layer of these lengths has. Every
 * expert in use (10 or fewer in the models of today) then has its own copy of the hidden state.
 */
function isSparse(facts: ModelFacts): boolean {
  const width = facts.embeddingLength
  const denseLayer = 4 * width * width + 3 * width * facts.feedForwardLength
  const tables = 2 * width * facts.vocabularySize
  return (facts.parameterCount - tables) / facts.layerCount > 2 * denseLayer
}

function smallestOf(count: number, of: (index: number) => number): number {
  let smallest = 0
  for (let index = 1; index < count; index += 1) if (of(index) < of(smallest)) smallest = index
  return smallest
}

function runningSum(count: number, of: (index: number) => number): Float64Array {
  const sums = new Float64Array(count + 1)
  for (let index = 0; index < count; index += 1) sums[index + 1] = (sums[index] ?? 0) + of(index)
  return sums
}

function between(sums: Float64Array, from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0)
}
