import { describe, expect, it } from 'vitest'
import { MiB } from '../units.ts'
import { createEstimator, defaultMicroBatchTokens, defaultReserve, type Share } from './estimate.ts'
import { inventModel } from './testing/machines.ts'

/** Lengths of models whose compute buffers were read off llama.cpp v0.5.0; docs/decisions/0002-planner-estimates.md. */
const shapes = {
  tiny: [12, 160, 448, 1024],
  '0.5B': [24, 1024, 3072, 32_000],
  '1B wide attention': [16, 2048, 8192, 50_304],
  'large vocabulary': [26, 2304, 9216, 256_000],
  '8B': [32, 4096, 14_336, 128_256],
  '8B large vocabulary': [36, 4096, 12_288, 151_936],
  '70B, 8 layers': [8, 8192, 28_672, 128_256],
  '30B-A3B, 8 layers': [8, 2048, 6144, 151_936, 5.4e9],
  '16B-A3B, 8 layers': [8, 2048, 10_944, 102_400, 4.9e9]
} as const

type Where = 'lent' | 'head' | 'head without layers' | 'pipelined' | 'with logits'

const shares: Readonly<Record<Where, Partial<Share>>> = {
  lent: {},
  head: { embedding: true },
  'head without layers': { embedding: true, layerCount: 0 },
  pipelined: { pipelined: true },
  'with logits': { output: true }
}

const reported: readonly (readonly [
  shape: keyof typeof shapes,
  contextSize: number,
  where: Where,
  mebibytes: number
])[] = [
  ['tiny', 2048, 'lent', 5.26],
  ['tiny', 2048, 'head', 5.89],
  ['tiny', 8192, 'lent', 11.26],
  ['tiny', 32_768, 'head', 35.89],
  ['tiny', 2048, 'pipelined', 14.1],
  ['0.5B', 2048, 'lent', 24.01],
  ['0.5B', 2048, 'head', 28.01],
  ['0.5B', 8192, 'lent', 30.01],
  ['0.5B', 32_768, 'lent', 54.01],
  ['1B wide attention', 8192, 'lent', 64.01],
  ['1B wide attention', 8192, 'head', 72.01],
  ['large vocabulary', 8192, 'lent', 71.01],
  ['large vocabulary', 8192, 'head', 79.51],
  ['large vocabulary', 8192, 'pipelined', 135.04],
  ['8B', 2048, 'lent', 102.01],
  ['8B', 2048, 'head', 118.01],
  ['8B', 8192, 'lent', 108.01],
  ['8B', 8192, 'head', 124.01],
  ['8B', 8192, 'head without layers', 24.01],
  ['8B', 8192, 'pipelined', 204.04],
  ['8B', 8192, 'with logits', 274.52],
  ['8B', 32_768, 'lent', 132.01],
  ['8B', 32_768, 'head', 148.01],
  ['8B', 32_768, 'pipelined', 300.04],
  ['8B large vocabulary', 8192, 'lent', 96.01],
  ['8B large vocabulary', 8192, 'head', 112.01],
  ['70B, 8 layers', 8192, 'lent', 208.01],
  ['70B, 8 layers', 8192, 'head', 240.01],
  ['30B-A3B, 8 layers', 2048, 'lent', 94.03],
  ['30B-A3B, 8 layers', 8192, 'lent', 100.03],
  ['16B-A3B, 8 layers', 2048, 'lent', 87.02],
  ['16B-A3B, 8 layers', 8192, 'lent', 93.02]
]

const share: Share = { kind: 'cpu', firstLayer: 0, layerCount: 1, output: false, embedding: false, pipelined: false }

describe('compute estimate', () => {
  it.each(reported)('covers %s at %d tokens, %s: %d MiB', (shape, contextSize, where, mebibytes) => {
    const [layerCount, embeddingLength, feedForwardLength, vocabularySize, experts] = shapes[shape]
    const dense = layerCount * (4 * embeddingLength ** 2 + 3 * embeddingLength * feedForwardLength)
    const model = inventModel({
      layerBytes: Array.from({ length: layerCount }, () => MiB),
      embeddingLength,
      feedForwardLength,
      vocabularySize,
      parameterCount: experts ?? dense + 2 * embeddingLength * vocabularySize
    })
    const { compute } = createEstimator(model, contextSize, defaultReserve, defaultMicroBatchTokens).need({
      ...share,
      ...shares[where]
    })
    expect(compute / MiB).toBeGreaterThanOrEqual(mebibytes)
    // A head without layers is small beside all else; it is not worth a formula of its own.
    expect(compute / MiB).toBeLessThan(mebibytes * (where === 'head without layers' ? 1.8 : 1.35))
  })
})

describe('need', () => {
  const model = inventModel({ layerBytes: [10, 20, 30].map((size) => size * MiB), kvBytesPerToken: [1024, 0, 2048] })
  const estimator = createEstimator(model, 1000, defaultReserve, defaultMicroBatchTokens)

  it('adds up the layers it is asked for, KV in whole blocks of cells', () => {
    const { weights, kv } = estimator.need({ ...share, firstLayer: 1, layerCount: 2 })
    expect(weights).toBe(50 * MiB)
    expect(kv).toBe(1024 * 2048)
  })

  it('keeps the reserve and the process on top', () => {
    const { weights, kv, compute, total } = estimator.need(share)
    expect(total).toBe(Math.ceil(1.05 * (weights + kv + compute)) + 8 * MiB)
  })

  it('takes the output layer and the embedding table where they are', () => {
    const plain = estimator.need({ ...share, firstLayer: 2 })
    expect(estimator.need({ ...share, firstLayer: 2, output: true }).weights - plain.weights).toBe(100 * MiB)
    expect(estimator.need({ ...share, firstLayer: 2, embedding: true }).weights - plain.weights).toBe(100 * MiB)
  })
})
