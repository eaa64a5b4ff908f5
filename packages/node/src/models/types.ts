import type { HeldModel } from '@unhosted/core/inventory'
import type { ModelFacts } from '@unhosted/core/models'

export interface StoredModel {
  readonly id: string
  readonly names: readonly string[]
  readonly sizeBytes: number
  /** First (or only) file. */
  readonly path: string
  readonly files: readonly string[]
  readonly facts: ModelFacts
  readonly importedAt: number
  /** Why it cannot be used now (its linked original changed or is gone); absent when all is well. */
  readonly problem?: string
}

export interface PullProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly bytesPerSecond: number
}

/** Content-addressed GGUF files in the home folder. Safe to use from a CLI and a daemon at once. */
export interface ModelStore {
  list(): Promise<readonly StoredModel[]>
  /** By name, catalogue alias, id or unique id prefix. @throws BaseError MODEL_UNKNOWN */
  find(reference: string): Promise<StoredModel>
  /**
   * Takes a GGUF file, or all parts of a split one; links or copies it.
   * @throws BaseError MODEL_INVALID | USAGE (the name is taken) | DISK_FULL | HOME_UNUSABLE | CANCELLED
   */
  import(
    path: string,
    options: { readonly name?: string; readonly copy: boolean; readonly signal: AbortSignal }
  ): Promise<StoredModel>
  /**
   * `hf:owner/repo[:quant]`, `https://...`, or a catalogue alias.
   * @throws BaseError MODEL_DOWNLOAD_FAILED | MODEL_HASH_MISMATCH | MODEL_INVALID | MODEL_UNKNOWN | DISK_FULL |
   *   HOME_UNUSABLE (somebody else pulls the same) | USAGE | CONFIG_INVALID | CANCELLED
   */
  pull(
    reference: string,
    options: {
      readonly name?: string
      readonly signal: AbortSignal
      readonly onProgress: (progress: PullProgress) => void
    }
  ): Promise<StoredModel>
  /**
   * Removes the name; the files go with the last name. Whether it is loaded is the caller's to ask.
   * @returns bytes freed
   * @throws BaseError MODEL_UNKNOWN | USAGE (the bundled model) | HOME_UNUSABLE
   */
  remove(reference: string): Promise<number>
}

export type HeldModels = () => Promise<readonly HeldModel[]>
