import type { MetadataReader } from './gguf-metadata.ts'

/** Bytes of one f16 value. */
const f16Bytes = 2

/** Encoders attend to the whole input at once and keep no cache. */
const withoutCache: ReadonlySet<string> = new Set([
  'bert',
  'eurobert',
  'gemma-embedding',
  'jina-bert-v2',
  'jina-bert-v3',
  'modern-bert',
  'neo-bert',
  'nomic-bert',
  'nomic-bert-moe'
])

/**
 * Bytes of KV cache that each layer keeps per token of context, keys and values at f16.
 *
 * A layer without attention (recurrent, or one that shares an earlier layer's cache) keeps none: it has no KV heads,
 * or its tensors hold no key projection. A sliding-window layer is counted as if it kept the whole context: more than
 * the engine allocates, never less. With multi-head latent attention (`key_length_mla`) one latent row per token
 * stands for keys and values both.
 *
 * @param layerTensors short names of each layer's tensors (`attn_k.weight`)
 * @throws BaseError MODEL_INVALID
 */
export function kvBytesPerLayer(
  metadata: MetadataReader,
  layerCount: number,
  layerTensors: readonly ReadonlySet<string>[]
): number[] {
  if (withoutCache.has(metadata.architecture)) return new Array<number>(layerCount).fill(0)
  const heads = metadata.perLayer('attention.head_count', layerCount)
  const kvHeads = metadata.perLayer('attention.head_count_kv', layerCount) ?? heads
  const embeddingLength = metadata.requireCount('embedding_length')
  const keyLength = widest(metadata, 'attention.key_length')
  const valueLength = widest(metadata, 'attention.value_length')
  const latent = metadata.count('attention.key_length_mla') !== undefined
  return layerTensors.map((tensors, layer) => {
    const kvHeadCount = kvHeads?.[layer] ?? 0
    if (kvHeadCount === 0 || !keepsCache(tensors)) return 0
    const headLength = Math.ceil(embeddingLength / Math.max(1, heads?.[layer] ?? 1))
    const key = keyLength ?? headLength
    const value = latent ? 0 : (valueLength ?? headLength)
    return kvHeadCount * (key + value) * f16Bytes
  })
}

/** Sliding-window layers may have heads of another length; the longer of the two is counted. */
function widest(metadata: MetadataReader, key: string): number | undefined {
  const full = metadata.count(key)
  const windowed = metadata.count(`${key}_swa`)
  return full === undefined ? windowed : Math.max(full, windowed ?? 0)
}

/** Whether a layer with these tensors attends, told by its key projection; state-space layers have none of their own. */
function keepsCache(tensors: ReadonlySet<string>): boolean {
  const has = (stem: string): boolean => tensors.has(`${stem}.weight`)
  if (has('attn_k') || has('attn_kv_a_mqa') || has('attn_kv_b') || has('attn_k_b')) return true
  const recurrent = [...tensors].some((name) => /^(?:ssm_|time_mix_|shortconv)/.test(name))
  return has('attn_qkv') && !recurrent
}
