import type { Catalogue } from '@unhosted/core/models'
import type { Clock } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { BundledModel } from './bundled-model.ts'
import type { FreeBytes } from './disk-space.ts'
import type { ModelFolders } from './model-index.ts'
import type { Hub } from './remote-file.ts'
import type { StoredModel } from './types.ts'

/** What the parts of the store share. */
export interface StoreContext {
  readonly folders: ModelFolders
  readonly log: Log
  readonly clock: Clock
  readonly bundled: BundledModel
  readonly hub: Hub
  readonly stallMs: number
  readonly freeBytes: FreeBytes
  catalogue(): Promise<Catalogue>
  list(): Promise<readonly StoredModel[]>
}
