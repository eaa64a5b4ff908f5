import { rm } from 'node:fs/promises'
import { BaseError } from '@unhosted/core/errors'
import { fileError } from '../base/index.ts'
import { readBundled } from './bundled-model.ts'
import { matchModel } from './find-model.ts'
import { updateIndex } from './model-index.ts'
import type { StoreContext } from './store-context.ts'

/**
 * Take a name away; a reference that is no name takes all of them. The files go with the last name.
 * @returns bytes freed (of a linked model: what its file holds, though the original may keep them)
 * @throws BaseError MODEL_UNKNOWN | USAGE for the bundled model | HOME_UNUSABLE
 */
export async function removeModel(context: StoreContext, reference: string): Promise<number> {
  const wanted = reference.trim().toLowerCase()
  const model = await matchModel(context, reference)
  const bundled = await readBundled(context.bundled)
  if (model.id === bundled.id && (bundled.names.includes(wanted) || !model.names.includes(wanted))) {
    throw new BaseError('USAGE', `${bundled.names[0]} comes with Unhosted and cannot be removed.`, {
      advice: 'It uses no space in the home folder.'
    })
  }
  const freed = await updateIndex(context.folders, new AbortController().signal, async (entries) => {
    const next = entries
      .map((entry) => {
        if (entry.id !== model.id) return entry
        const names = entry.names.includes(wanted) ? entry.names.filter((name) => name !== wanted) : []
        return { ...entry, names }
      })
      .filter((entry) => entry.names.length > 0)
    return [next, next.some((entry) => entry.id === model.id) || model.id === bundled.id ? 0 : model.sizeBytes]
  })
  if (freed > 0) {
    await rm(context.folders.model(model.id), { recursive: true, force: true }).catch((error: unknown) => {
      throw fileError(context.folders.model(model.id), error)
    })
  }
  context.log.info({ model: wanted, id: model.id, freedBytes: freed }, 'model removed')
  return freed
}
