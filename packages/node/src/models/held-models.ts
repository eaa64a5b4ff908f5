import type { HeldModels, ModelStore } from './types.ts'

/** What the inventory says of the store: every model that can be used now. */
export function heldModels(store: ModelStore, isLoaded: (modelId: string) => boolean): HeldModels {
  return async () => {
    const models = await store.list()
    return models
      .filter((model) => model.problem === undefined)
      .map(({ id, names, sizeBytes, facts }) => ({
        id,
        names: [...names],
        sizeBytes,
        architecture: facts.architecture,
        loaded: isLoaded(id)
      }))
  }
}
