/** Which models answer now. The instances say so; the inventory and the router ask. */
export interface LoadedModels {
  has(modelId: string): boolean
  /** One more instance of the model answers. @returns a function to call when it no longer does; idempotent */
  add(modelId: string): () => void
}

export function createLoadedModels(): LoadedModels {
  const instances = new Map<symbol, string>()
  return {
    has: (modelId) => [...instances.values()].includes(modelId),
    add(modelId) {
      const instance = Symbol(modelId)
      instances.set(instance, modelId)
      return () => {
        instances.delete(instance)
      }
    }
  }
}
