import { type BuildEngineOptions, buildEngine } from './build-engine.ts'
import { type FindEngineOptions, findEngine } from './find-engine.ts'
import type { Engine } from './types.ts'

/**
 * An engine, found or built: configured path, our cache, PATH, an installed package, a build from the source that
 * npm brought. Within a second when cached; a build takes about a minute on 2 cores.
 * @throws BaseError ENGINE_MISSING (a configured path that does not work) | ENGINE_BUILD_FAILED | CANCELLED
 */
export async function resolveEngine(
  options: FindEngineOptions & Pick<BuildEngineOptions, 'onProgress'>
): Promise<Engine> {
  const found = await findEngine(options)
  return found.engine ?? (await buildEngine(options))
}
