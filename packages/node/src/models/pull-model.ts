import { BaseError } from '@unhosted/core/errors'
import { sourceOf } from './find-model.ts'
import type { StoreContext } from './model-store.ts'
import type { ModelStore, StoredModel } from './types.ts'

/** See `ModelStore.pull`. */
export async function pullModel(
  context: StoreContext,
  reference: string,
  options: Parameters<ModelStore['pull']>[1]
): Promise<StoredModel> {
  options.signal.throwIfAborted()
  const source = await sourceOf(context, reference.trim())
  if (source?.kind === 'bundled') return (await context.list())[0] as StoredModel
  throw new BaseError('MODEL_UNKNOWN', `"${reference.slice(0, 200)}" is no short name, hf: reference or URL.`, {
    advice: 'Write it like hf:Qwen/Qwen3-8B-GGUF:Q4_K_M or https://HOST/model.gguf.'
  })
}
