import { describe, expect, it } from 'vitest'
import { describeModel } from './describe.ts'
import { factsOf, type GgufContents } from './gguf-facts.ts'
import type { TensorInfo } from './tensor-size.ts'

const types = { F32: 0, Q8_0: 8, Q4_K: 12 }

interface Layout {
  readonly architecture?: string
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Tensor names of each layer; default: keys and feed-forward. */
  readonly layers?: readonly (readonly string[])[]
  readonly extra?: readonly Pick<TensorInfo, 'name' | 'dimensions' | 'type'>[]
}

/** A model of width 256 with 8 heads on 2 KV heads (head length 32), 1000 tokens. */
function contents({ architecture = 'llama', metadata = {}, layers, extra = [] }: Layout): GgufContents {
  const names = layers ?? [0, 1].map(() => ['attn_k.weight', 'ffn_up.weight'])
  const tensors = [
    { name: 'token_embd.weight', dimensions: [256, 1000], type: types.Q8_0 },
    { name: 'output_norm.weight', dimensions: [256], type: types.F32 },
    ...names.flatMap((layer, index) =>
      layer.map((name) => ({ name: `blk.${index}.${name}`, dimensions: [256, 64], type: types.Q4_K }))
    ),
    ...extra
  ].map((tensor) => ({ ...tensor, fileOffset: 0, part: 0 }))
  const prefixed = Object.entries({
    block_count: names.length,
    context_length: 4096,
    embedding_length: 256,
    'attention.head_count': 8,
    'attention.head_count_kv': 2,
    ...metadata
  }).map(([key, value]) => [`${architecture}.${key}`, value])
  return {
    metadata: { 'general.architecture': architecture, 'general.file_type': 15, ...Object.fromEntries(prefixed) },
    tensors,
    fileBytes: [10_000_000]
  }
}

const layerBytes = ((256 * 64) / 256) * 144
const tableBytes = ((256 * 1000) / 32) * 34
const recurrent = ['ssm_in.weight', 'ssm_out.weight']
const attending = ['attn_k.weight', 'ffn_up.weight']

describe('factsOf', () => {
  it('counts a tied head twice: with the embedding and with the output', () => {
    expect(factsOf(contents({}))).toMatchObject({
      quantisation: 'Q4_K_M',
      layerBytes: [2 * layerBytes, 2 * layerBytes],
      embeddingBytes: tableBytes,
      outputBytes: 256 * 4 + tableBytes,
      vocabularySize: 1000,
      parameterCount: 256_000 + 256 + 4 * 256 * 64,
      hasChatTemplate: false
    })
  })

  it('counts a head of its own once', () => {
    const head = { name: 'output.weight', dimensions: [256, 1000], type: types.F32 }
    expect(factsOf(contents({ extra: [head] })).outputBytes).toBe(256 * 4 + 256_000 * 4)
  })

  // Expected: KV heads x (key length + value length) x 2 bytes.
  const caches: readonly (readonly [id: string, layout: Layout, kvBytesPerToken: number[]])[] = [
    ['grouped queries', {}, [256, 256]],
    ['no KV head count: as many as heads', { metadata: { 'attention.head_count_kv': undefined } }, [1024, 1024]],
    ['KV heads by layer, none in one', { metadata: { 'attention.head_count_kv': [2, 0] } }, [256, 0]],
    ['lengths of their own', { metadata: { 'attention.key_length': 128, 'attention.value_length': 64 } }, [768, 768]],
    [
      'longer heads in windowed layers',
      { metadata: { 'attention.key_length': 32, 'attention.key_length_swa': 64, 'attention.value_length': 32 } },
      [384, 384]
    ],
    [
      'latent attention: one row for keys and values',
      {
        architecture: 'deepseek2',
        metadata: {
          'attention.head_count_kv': 1,
          'attention.key_length': 576,
          'attention.value_length': 512,
          'attention.key_length_mla': 192,
          'attention.value_length_mla': 128
        },
        layers: [['attn_kv_a_mqa.weight', 'attn_k_b.weight']]
      },
      [1152]
    ],
    ['recurrent layers among others', { layers: [recurrent, attending, recurrent] }, [0, 256, 0]],
    [
      'a recurrent layer with a joint projection',
      { layers: [['attn_qkv.weight', 'ssm_a.weight'], attending] },
      [0, 256]
    ],
    ['attention and state in one layer', { layers: [[...attending, 'ssm_in.weight']] }, [256]],
    ['a joint projection', { layers: [['attn_qkv.weight']] }, [256]],
    ['an encoder', { architecture: 'bert' }, [0, 0]]
  ]
  it.each(caches)('KV cache: %s', (_id, layout, kvBytesPerToken) => {
    expect(factsOf(contents(layout)).kvBytesPerToken).toEqual(kvBytesPerToken)
  })

  it.each([
    ['negative counts', { metadata: { 'attention.head_count': -1 } }, /head_count is not a sensible count/],
    ['fractions', { metadata: { context_length: 0.5 } }, /context_length is not a sensible count/],
    ['short lists', { metadata: { 'attention.head_count_kv': [2] } }, /has 1 entries for 2 layers/],
    ['absurd counts', { metadata: { embedding_length: 2 ** 40 } }, /not a sensible count/],
    ['a broken architecture name', { architecture: 'a b' }, /which architecture/],
    [
      'rows that do not fill blocks',
      { extra: [{ name: 'x', dimensions: [33], type: types.Q8_0 }] },
      /not a multiple of its block of 32/
    ]
  ] as const)('refuses %s', (_id, layout: Layout, message) => {
    expect(() => factsOf(contents(layout))).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringMatching(message) })
    )
  })

  it('is described for people', () => {
    const facts = { ...factsOf(contents({ layers: [recurrent, attending] })), id: 'a'.repeat(64) }
    expect(Object.fromEntries(describeModel(facts))).toMatchObject({
      parameters: '322K',
      layers: '2 (1 with KV cache)',
      'context length': '4096 tokens',
      quantisation: 'Q4_K_M'
    })
  })
})
