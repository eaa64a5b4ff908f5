import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { BaseError } from '@unhosted/core/errors'
import { type Catalogue, mergeCatalogues, parseCatalogue } from '@unhosted/core/models'
import { fileError, hasErrno } from '../base/index.ts'

const shippedPath = fileURLToPath(new URL('../../assets/catalogue.json', import.meta.url))

/**
 * Short names: those that come with the program, and the user's own, which win.
 * @param userPath `catalogue.json` in the home folder; need not be there
 * @throws BaseError CONFIG_INVALID naming the entry | HOME_UNUSABLE
 */
export async function loadCatalogue(userPath: string): Promise<Catalogue> {
  return mergeCatalogues(await readCatalogue(shippedPath), await readCatalogue(userPath))
}

async function readCatalogue(path: string): Promise<Catalogue> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return new Map()
    throw fileError(path, error)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new BaseError('CONFIG_INVALID', `The catalogue ${path} is not JSON.`, {
      advice: 'Write it like {"mine": "hf:OWNER/REPOSITORY:Q4_K_M"}.',
      cause: error
    })
  }
  return parseCatalogue(json, path)
}
