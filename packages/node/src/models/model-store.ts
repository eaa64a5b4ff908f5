import { type Clock, systemClock } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'
import { type BundledModel, readBundled, tinyModel } from './bundled-model.ts'
import { checkFiles } from './check-files.ts'
import { type FreeBytes, freeDiskBytes } from './disk-space.ts'
import { findModel } from './find-model.ts'
import { importModel } from './import-model.ts'
import { loadCatalogue } from './load-catalogue.ts'
import { type IndexEntry, type ModelFolders, modelFolders, readIndex } from './model-index.ts'
import { pullModel } from './pull-model.ts'
import { removeModel } from './remove-model.ts'
import type { StoreContext } from './store-context.ts'
import type { ModelStore, StoredModel } from './types.ts'

export interface ModelStoreOptions {
  readonly paths: Pick<HomePaths, 'models' | 'catalogue'>
  readonly log: Log
  /** The model that is there without import; default: `tiny`. */
  readonly bundled?: BundledModel
  /** Where `hf:` models live; default HF_ENDPOINT, else https://huggingface.co. */
  readonly hubEndpoint?: string
  /** Access token for gated models; default HF_TOKEN. Sent to the hub alone, never logged. */
  readonly hubToken?: string
  /** Time without a byte after which a download is given up, ms; default 30 s. */
  readonly stallMs?: number
  /** Free bytes on the disk of a folder; default: ask the system. */
  readonly freeBytes?: FreeBytes
  /** Default the system's. */
  readonly clock?: Clock
}

const defaultEndpoint = 'https://huggingface.co'

/** Content-addressed GGUF files under `paths.models`; nothing is read or made before the first call. */
export function createModelStore(options: ModelStoreOptions): ModelStore {
  const folders = modelFolders(options.paths.models)
  const bundled = options.bundled ?? tinyModel
  const context: StoreContext = {
    folders,
    log: options.log.component('models'),
    clock: options.clock ?? systemClock,
    bundled,
    hub: {
      endpoint: options.hubEndpoint ?? process.env.HF_ENDPOINT ?? defaultEndpoint,
      token: options.hubToken ?? process.env.HF_TOKEN ?? null
    },
    stallMs: options.stallMs ?? 30_000,
    freeBytes: options.freeBytes ?? freeDiskBytes,
    catalogue: () => loadCatalogue(options.paths.catalogue),
    list: async () => listModels(await readBundled(bundled), await readIndex(folders), folders)
  }
  return {
    list: context.list,
    find: (reference) => findModel(context, reference),
    import: (path, importOptions) => importModel(context, path, importOptions),
    pull: (reference, pullOptions) => pullModel(context, reference, pullOptions),
    remove: (reference) => removeModel(context, reference)
  }
}

/** The bundled model first, with the names it was given since; then the others in the order they came. */
async function listModels(
  bundled: StoredModel,
  entries: readonly IndexEntry[],
  folders: ModelFolders
): Promise<readonly StoredModel[]> {
  const aliases = entries.find((entry) => entry.id === bundled.id)?.names ?? []
  const stored = entries
    .filter((entry) => entry.id !== bundled.id)
    .map((entry) => checkFiles(entry, folders.model(entry.id)))
  return [{ ...bundled, names: [...bundled.names, ...aliases] }, ...(await Promise.all(stored))]
}
