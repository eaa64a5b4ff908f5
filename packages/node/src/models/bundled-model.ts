import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BaseError } from '@unhosted/core/errors'
import { modelFactsSchema } from '@unhosted/core/models'
import { readJsonFile } from '../store/index.ts'
import type { StoredModel } from './types.ts'

/** A model that comes with the program: one GGUF file and `facts.json`, what `inspectGguf` says of it. */
export interface BundledModel {
  readonly name: string
  readonly directory: string
  readonly fileName: string
}

/** Trained for this project; assets/tiny/README.md tells of its origin. */
export const tinyModel: BundledModel = {
  name: 'tiny',
  directory: fileURLToPath(new URL('../../assets/tiny/', import.meta.url)),
  fileName: 'unhosted-tiny-q8_0.gguf'
}

/** @throws BaseError HOME_CORRUPT when the installation is damaged */
export async function readBundled(bundled: BundledModel): Promise<StoredModel> {
  const facts = await readJsonFile(join(bundled.directory, 'facts.json'), modelFactsSchema.nullable(), null)
  if (facts === null) {
    throw new BaseError('HOME_CORRUPT', `The bundled model ${bundled.name} is not installed.`, {
      advice: 'Reinstall Unhosted.'
    })
  }
  const path = join(bundled.directory, bundled.fileName)
  return { id: facts.id, names: [bundled.name], sizeBytes: facts.fileBytes, path, files: [path], facts, importedAt: 0 }
}
