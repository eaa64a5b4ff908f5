import type { ModelFacts } from '../models/facts.ts'
import { bytes, MiB } from '../units.ts'
import type { MemoryNeed } from './plan.ts'

/** What is kept back against over-commit, because an estimate that is too low ends in a dead engine. */
export interface ReservePolicy {
  /** Share of weights, KV and compute added on top. */
  readonly fraction: number
  /** What an engine process takes on a CPU before any model: code, heap, threads. Bytes. */
  readonly cpuProcessBytes: number
  /** What a GPU runtime takes on its device before any model: context, kernels, scratch. Bytes. */
  readonly gpuProcessBytes: number
}

/** Source: docs/decisions/0002-planner-estimates.md. */
export const defaultReserve: ReservePolicy = {
  fraction: 0.05,
  cpuProcessBytes: 16 * MiB,
  gpuProcessBytes: 320 * MiB
}

/** Tokens that llama.cpp computes at once when it reads a prompt (`--ubatch-size`, its default). */
const microBatch = 512
/** llama.cpp rounds the KV cache up to this many cells. */
const kvCells = 256

/** A run of layers on one kind of device. */
export interface Share {
  readonly kind: 'cpu' | 'gpu'
  readonly firstLayer: number
  readonly layerCount: number
  /** The output layer is here. */
  readonly output: boolean
  /** The embedding table is here: true for the head's CPU, layers or not. */
  readonly embedding: boolean
}

export interface Estimator {
  readonly facts: ModelFacts
  readonly contextSize: number
  need(share: Share): MemoryNeed
}

/** Memory that any share of a model needs at a context size; sums are made once, so asking is cheap. */
export function createEstimator(facts: ModelFacts, contextSize: number, reserve: ReservePolicy): Estimator {
  const cells = Math.ceil(contextSize / kvCells) * kvCells
  const weightsBefore = runningSum(facts.layerCount, (layer) => facts.layerBytes[layer] ?? 0)
  const kvBefore = runningSum(facts.layerCount, (layer) => (facts.kvBytesPerToken[layer] ?? 0) * cells)
  const layerCompute = layerComputeBytes(facts, cells)
  const outputCompute = outputComputeBytes(facts)
  return {
    facts,
    contextSize,
    need({ kind, firstLayer, layerCount, output, embedding }) {
      const end = firstLayer + layerCount
      const tables = (output ? facts.outputBytes : 0) + (embedding ? facts.embeddingBytes : 0)
      // A tied embedding table is counted in both, and is in memory once where both are: never more than the file.
      const weights = Math.min(between(weightsBefore, firstLayer, end) + tables, facts.fileBytes)
      const kv = between(kvBefore, firstLayer, end)
      const compute = layerCompute + (output ? outputCompute : 0)
      const process = kind === 'gpu' ? reserve.gpuProcessBytes : reserve.cpuProcessBytes
      return {
        weights: bytes(weights),
        kv: bytes(kv),
        compute: bytes(compute),
        total: bytes(Math.ceil((weights + kv + compute) * (1 + reserve.fraction)) + process)
      }
    }
  }
}

/**
 * Scratch for one micro-batch through a layer, bytes: hidden states and the feed-forward's two halves in f32,
 * and the attention mask (f32 as it is filled, f16 as it is used) over the whole context.
 */
function layerComputeBytes(facts: ModelFacts, cells: number): number {
  const perToken = 4 * (3 * facts.embeddingLength + 2 * facts.feedForwardLength) + 6 * cells
  return microBatch * perToken
}

/** Logits of one micro-batch in f32, bytes: llama.cpp reserves for the case that every token asks for them. */
function outputComputeBytes(facts: ModelFacts): number {
  return microBatch * 4 * facts.vocabularySize
}

function runningSum(count: number, of: (index: number) => number): Float64Array {
  const sums = new Float64Array(count + 1)
  for (let index = 0; index < count; index += 1) sums[index + 1] = (sums[index] ?? 0) + of(index)
  return sums
}

function between(sums: Float64Array, from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0)
}
