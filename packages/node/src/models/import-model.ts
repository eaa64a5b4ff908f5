import { modelName, nameFromFile } from '@unhosted/core/models'
import { addModel, checkName, withIncoming } from './add-model.ts'
import { readBundled } from './bundled-model.ts'
import { ggufSet } from './gguf-set.ts'
import { inspectParts } from './inspect-gguf.ts'
import { readIndex } from './model-index.ts'
import { placeFiles } from './place-files.ts'
import type { StoreContext } from './store-context.ts'
import type { ModelStore, StoredModel } from './types.ts'

/** See `ModelStore.import`. What is hashed is what was stored, not what lay there before. */
export async function importModel(
  context: StoreContext,
  path: string,
  options: Parameters<ModelStore['import']>[1]
): Promise<StoredModel> {
  const parts = await ggufSet(path)
  const name = modelName(options.name ?? nameFromFile(parts[0]?.fileName ?? ''))
  const facts = await inspectParts(parts, { signal: options.signal, clock: context.clock })
  return withIncoming(context, async (folder) => {
    const files = await placeFiles(parts, folder, { ...options, freeBytes: context.freeBytes })
    const id = files[0]?.sha256 ?? ''
    checkName(await readIndex(context.folders), await readBundled(context.bundled), { name, source: null, id })
    context.log.info({ model: name, id, parts: files.length, copied: options.copy }, 'model imported')
    return addModel(context, { folder, name, source: null, files, facts: { ...facts, id } }, options.signal)
  })
}
