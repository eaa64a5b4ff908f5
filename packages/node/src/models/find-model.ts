import { stat } from 'node:fs/promises'
import { BaseError } from '@unhosted/core/errors'
import { type ModelSource, parseSource, sourceText } from '@unhosted/core/models'
import { readIndex, updateIndex } from './model-index.ts'
import { sha256File } from './sha256.ts'
import type { StoreContext } from './store-context.ts'
import type { StoredModel } from './types.ts'

/** Shorter prefixes of an id are too likely to be names that were mistyped. */
const shortestPrefix = 6

/**
 * By name, by source or a short name for it, by id or the beginning of one that is unique.
 * @throws BaseError MODEL_UNKNOWN | MODEL_INVALID when its file has changed
 */
export async function findModel(context: StoreContext, reference: string): Promise<StoredModel> {
  const found = await matchModel(context, reference)
  if (found.problem === undefined) return found
  return recheck(context, found, found.problem)
}

/** The same whatever state its files are in. @throws BaseError MODEL_UNKNOWN */
export async function matchModel(context: StoreContext, reference: string): Promise<StoredModel> {
  const wanted = reference.trim().toLowerCase()
  const models = await context.list()
  const byName = models.find((model) => model.names.includes(wanted) || model.id === wanted)
  if (byName !== undefined) return byName
  const source = await sourceOf(context, reference.trim())
  if (source !== null) {
    const entry = (await readIndex(context.folders)).find((candidate) => candidate.source === sourceText(source))
    const bySource = source.kind === 'bundled' ? models[0] : models.find((model) => model.id === entry?.id)
    if (bySource !== undefined) return bySource
    throw unknown(`${reference} is not on this machine.`, `Download it with unhosted models pull ${reference}.`)
  }
  const isPrefix = /^[0-9a-f]+$/.test(wanted) && wanted.length >= shortestPrefix
  const byPrefix = isPrefix ? models.filter((model) => model.id.startsWith(wanted)) : []
  const [only, ...others] = byPrefix
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined)
    throw unknown(`${byPrefix.length} models have an id that starts with ${wanted}.`, 'Give more characters of the id.')
  throw unknown(
    `No model named "${reference.slice(0, 200)}" on this machine.`,
    'List models with unhosted models ls, or download one with unhosted models pull.'
  )
}

/** What a reference stands for: an address itself, or a short name of the catalogue; null for neither. */
export async function sourceOf(context: StoreContext, reference: string): Promise<ModelSource | null> {
  return parseSource(reference) ?? (await context.catalogue()).get(reference.toLowerCase()) ?? null
}

/** Its times changed; where the bytes did not (a touch, a restored backup), the new times are taken. */
async function recheck(context: StoreContext, model: StoredModel, problem: string): Promise<StoredModel> {
  const signal = new AbortController().signal
  const entry = (await readIndex(context.folders)).find((candidate) => candidate.id === model.id)
  for (const [index, path] of model.files.entries()) {
    const expected = entry?.files[index]
    const now = await stat(path).catch(() => null)
    const same = now?.size === expected?.sizeBytes && expected?.sha256 === (await sha256File(path, { signal }))
    if (now === null || !same) throw changed(model, problem)
  }
  const times = await Promise.all(model.files.map(async (path) => (await stat(path)).mtimeMs))
  await updateIndex(context.folders, signal, async (entries) => [
    entries.map((candidate) =>
      candidate.id === model.id
        ? {
            ...candidate,
            files: candidate.files.map((file, index) => ({ ...file, mtimeMs: times[index] ?? file.mtimeMs }))
          }
        : candidate
    ),
    undefined
  ])
  const { problem: _gone, ...whole } = model
  return whole
}

function changed(model: StoredModel, problem: string): BaseError {
  return new BaseError('MODEL_INVALID', `The model ${model.names[0]} cannot be used: ${problem}`, {
    advice: `Remove it with unhosted models rm ${model.names[0]} and import it again.`
  })
}

function unknown(what: string, advice: string): BaseError {
  return new BaseError('MODEL_UNKNOWN', what, { advice })
}
