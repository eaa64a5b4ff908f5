import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BaseError } from '@unhosted/core/errors'
import type { ModelFacts } from '@unhosted/core/models'
import { type Clock, fileError } from '../base/index.ts'
import { readBundled } from './bundled-model.ts'
import { type IndexEntry, makeFolder, type StoredFile, updateIndex } from './model-index.ts'
import type { StoreContext } from './store-context.ts'
import type { StoredModel } from './types.ts'

/** As many as a peer accepts. */
const maxNames = 16

/** No import goes without a new file for this long, ms. */
const abandonedMs = 24 * 3600 * 1000

/** A model that lies whole in a folder under `incoming`. */
export interface NewModel {
  readonly folder: string
  readonly name: string
  readonly source: string | null
  readonly files: readonly StoredFile[]
  readonly facts: ModelFacts
}

/** A folder for a model on its way in, removed when `work` is done with it, whatever happens. */
export async function withIncoming<T>(context: StoreContext, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(context.folders.incoming, randomUUID())
  await makeFolder(folder)
  await sweep(context.folders.incoming, context.clock)
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Folders that a process left which was killed in the middle of an import. */
async function sweep(incoming: string, clock: Clock): Promise<void> {
  for (const name of await readdir(incoming)) {
    const facts = await stat(join(incoming, name)).catch(() => null)
    if (facts === null || clock.now() - facts.mtimeMs < abandonedMs) continue
    await rm(join(incoming, name), { recursive: true, force: true })
  }
}

/**
 * Enter a model into the index. One that is held already gets one more name, and its second copy is dropped. A model
 * pulled anew from the same source takes the name over; the old one goes when that was its last.
 * @throws BaseError USAGE when the name belongs to another model | HOME_UNUSABLE | DISK_FULL | CANCELLED
 */
export async function addModel(context: StoreContext, model: NewModel, signal: AbortSignal): Promise<StoredModel> {
  const { id } = model.facts
  const bundled = await readBundled(context.bundled)
  const dropped = await updateIndex(context.folders, signal, async (entries) => {
    const next = enter(entries, model, bundled, context.clock.now())
    if (id !== bundled.id && !entries.some((entry) => entry.id === id)) {
      await moveIn(model.folder, context.folders.model(id))
    }
    return [next, entries.filter((entry) => !next.some((kept) => kept.id === entry.id))]
  })
  for (const entry of dropped) await rm(context.folders.model(entry.id), { recursive: true, force: true })
  const stored = (await context.list()).find((candidate) => candidate.id === id)
  if (stored === undefined) throw new BaseError('INTERNAL', `The model ${id} was not stored.`, { advice: 'Try again.' })
  return stored
}

/**
 * Whether a name is free for a model of this id and source.
 * @throws BaseError USAGE
 */
export function checkName(
  entries: readonly IndexEntry[],
  bundled: StoredModel,
  model: { readonly name: string; readonly source: string | null; readonly id: string | null }
): void {
  const owner = entries.find((entry) => entry.names.includes(model.name))
  const taken = owner !== undefined && owner.id !== model.id && (model.source === null || owner.source !== model.source)
  const reserved = bundled.names.includes(model.name) && bundled.id !== model.id
  if (!taken && !reserved) return
  throw new BaseError('USAGE', `Another model already has the name ${model.name}.`, {
    advice: reserved
      ? 'Choose another name with --name.'
      : `Choose another name with --name, or remove the other with unhosted models rm ${model.name}.`
  })
}

/** @param now Unix time, ms */
function enter(
  entries: readonly IndexEntry[],
  model: NewModel,
  bundled: StoredModel,
  now: number
): readonly IndexEntry[] {
  const { facts, name, source } = model
  checkName(entries, bundled, { name, source, id: facts.id })
  if (facts.id === bundled.id && bundled.names.includes(name)) return entries
  const files = facts.id === bundled.id ? [] : [...model.files]
  const held = entries.find((entry) => entry.id === facts.id)
  if (held !== undefined) checkSameParts(held, files)
  const names = [...new Set([...(held?.names ?? []), name])]
  if (names.length > maxNames) {
    throw new BaseError('USAGE', `The model already has ${maxNames} names, which is the limit.`, {
      advice: 'Use one of them.'
    })
  }
  const entry: IndexEntry =
    held === undefined
      ? { id: facts.id, names, source, importedAt: now, files, facts }
      : { ...held, names, source: source ?? held.source }
  const others = entries
    .filter((other) => other.id !== facts.id)
    .map((other) => ({ ...other, names: other.names.filter((candidate) => candidate !== name) }))
    .filter((other) => other.names.length > 0)
  return [...others, entry]
}

/** A split model is known by its first part; a set that shares it and differs elsewhere is another model. */
function checkSameParts(held: IndexEntry, files: readonly StoredFile[]): void {
  const same = held.files.length === files.length && held.files.every((file, at) => file.sha256 === files[at]?.sha256)
  if (same) return
  throw new BaseError(
    'MODEL_INVALID',
    `The first part is the same as that of ${held.names[0]}, but other parts differ.`,
    {
      advice: `Remove that model with unhosted models rm ${held.names[0]}, or download this one again.`
    }
  )
}

/** A folder that is there without being in the index was left by a crash. */
async function moveIn(from: string, to: string): Promise<void> {
  try {
    await rm(to, { recursive: true, force: true })
    await rename(from, to)
  } catch (error) {
    throw fileError(to, error)
  }
}
