import { resolve } from 'node:path'
import type { EngineRunner } from '../engine/index.ts'
import type { InstancesOptions } from './instances.ts'
import { microBatchTokens } from './purpose.ts'

/** Starts llama-server for exactly what was allocated. */
export function llamaServerStarter(options: {
  readonly runner: (signal: AbortSignal) => Promise<EngineRunner>
  /** Requests that one instance answers at once. */
  readonly parallel: number
}): InstancesOptions['start'] {
  return async (model, { plan, engine, rpcEndpoints }, purpose, signal) => {
    const runner = await options.runner(signal)
    return runner.startLlamaServer({
      modelPath: resolve(model.path),
      alias: plan.modelName,
      contextSize: plan.contextSize,
      parallel: options.parallel,
      microBatchTokens: microBatchTokens(purpose, plan.contextSize),
      gpuLayers: engine.gpuLayers,
      devices: engine.devices,
      tensorSplit: engine.tensorSplit,
      rpcEndpoints,
      embeddings: purpose === 'embed',
      reranking: purpose === 'rerank',
      signal
    })
  }
}
