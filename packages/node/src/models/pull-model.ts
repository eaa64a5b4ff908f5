import { join } from 'node:path'
import { BaseError } from '@unhosted/core/errors'
import { type ModelSource, modelName, nameFromFile, parseSource, sourceText } from '@unhosted/core/models'
import { withFileLock } from '../base/index.ts'
import { addModel, checkName } from './add-model.ts'
import { readBundled } from './bundled-model.ts'
import { cancelled } from './cancelled.ts'
import { requireSpace } from './disk-space.ts'
import { downloadFile } from './download-file.ts'
import { sourceOf } from './find-model.ts'
import { ggufSet, partName, splitName } from './gguf-set.ts'
import { hubFiles, type WantedFile } from './hub-files.ts'
import { inspectParts } from './inspect-gguf.ts'
import { makeFolder, readIndex } from './model-index.ts'
import { openPartial, type PartialDownload, partialKey } from './partial-download.ts'
import { describeFile, storedName } from './place-files.ts'
import { createMeter } from './progress-meter.ts'
import { probeFile, type RemoteFile } from './remote-file.ts'
import type { StoreContext } from './store-context.ts'
import type { ModelStore, StoredModel } from './types.ts'

type PullOptions = Parameters<ModelStore['pull']>[1]
type Downloadable = Exclude<ModelSource, { kind: 'bundled' }>

/** See `ModelStore.pull`. */
export async function pullModel(context: StoreContext, reference: string, options: PullOptions): Promise<StoredModel> {
  if (options.signal.aborted) throw cancelled(options.signal.reason)
  const source = await sourceOf(context, reference.trim())
  if (source === null) {
    throw new BaseError('MODEL_UNKNOWN', `"${reference.slice(0, 200)}" is no short name, hf: reference or URL.`, {
      advice: 'Write it like hf:Qwen/Qwen3-8B-GGUF:Q4_K_M or https://HOST/model.gguf.'
    })
  }
  if (source.kind === 'bundled') return readBundled(context.bundled)
  if (!/^https?:/i.test(context.hub.endpoint) || !URL.canParse(context.hub.endpoint)) {
    throw new BaseError('CONFIG_INVALID', `HF_ENDPOINT is "${context.hub.endpoint}", which is no address.`, {
      advice: 'Set it to an https:// address, or unset it.'
    })
  }
  const name = modelName(options.name ?? defaultName(source, reference.trim()))
  const text = sourceText(source)
  checkName(await readIndex(context.folders), await readBundled(context.bundled), { name, source: text, id: null })
  await makeFolder(context.folders.partial)
  return withFileLock(
    { path: join(context.folders.partial, `${partialKey(text)}.lock`), brief: false },
    options.signal,
    () => download(context, { source, name }, options)
  )
}

/** A short name stays what it is; of the hub the repository, of a URL the file gives the name. */
function defaultName(source: Downloadable, reference: string): string {
  if (parseSource(reference) === null) return reference
  if (source.kind === 'hf') return sourceText(source).slice('hf:'.length)
  return nameFromFile(new URL(source.url).pathname.split('/').at(-1) ?? '')
}

async function download(
  context: StoreContext,
  wanted: { readonly source: Downloadable; readonly name: string },
  options: PullOptions
): Promise<StoredModel> {
  const { signal } = options
  const source = sourceText(wanted.source)
  const files =
    wanted.source.kind === 'hf' ? await hubFiles(wanted.source, context.hub, signal) : urlFiles(wanted.source)
  const remotes = await Promise.all(files.map(({ address }) => probeFile(address, context.hub, signal)))
  const held = await heldAlready(context, files, remotes)
  if (held !== null) return addModel(context, { ...held, folder: '', name: wanted.name, source }, signal)
  const partial = await openPartial(context.folders, source)
  const sizes = files.map((file, index) => file.sizeBytes ?? remotes[index]?.sizeBytes ?? 0)
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0)
  await requireSpace(partial.folder, totalBytes - Math.min(totalBytes, await partial.takenBytes()), context.freeBytes)
  context.log.info({ model: wanted.name, source: wanted.source.kind, totalBytes }, 'download begins')
  const meter = createMeter(totalBytes, options.onProgress)
  for (const [index, file] of files.entries()) {
    const remote = remotes[index]
    if (remote === undefined) continue
    const name = storedName(index, files.length)
    const onProgress = (doneBytes: number): void => meter.report(index, doneBytes)
    await downloadFile(file, remote, { ...context, partial, name, onProgress, signal })
    meter.report(index, sizes[index] ?? 0)
  }
  return store(context, partial, { ...wanted, source, fileCount: files.length }, signal)
}

async function store(
  context: StoreContext,
  partial: PartialDownload,
  model: { readonly name: string; readonly source: string; readonly fileCount: number },
  signal: AbortSignal
): Promise<StoredModel> {
  const parts = await ggufSet(join(partial.folder, storedName(0, model.fileCount)))
  const facts = await inspectParts(parts, { signal }).catch(async (error: unknown) => {
    if (error instanceof BaseError && error.code === 'MODEL_INVALID') await partial.discard()
    throw error
  })
  const files = []
  for (const part of parts) files.push(await describeFile(part.path, part.fileName, signal))
  const id = files[0]?.sha256 ?? ''
  await partial.finish()
  const { name, source } = model
  const stored = await addModel(
    context,
    { folder: partial.folder, name, source, files, facts: { ...facts, id } },
    signal
  )
  await partial.discard()
  context.log.info({ model: name, id, sizeBytes: stored.sizeBytes }, 'model pulled')
  return stored
}

/** All parts of a split model, told by the name of one. */
function urlFiles(source: Extract<ModelSource, { kind: 'url' }>): readonly WantedFile[] {
  const url = new URL(source.url)
  const folder = url.pathname.split('/').slice(0, -1)
  const split = splitName(url.pathname.split('/').at(-1) ?? '')
  if (split === null || split.part < 1 || split.part > split.parts) {
    return [{ address: url.href, sizeBytes: null, sha256: null }]
  }
  return Array.from({ length: split.parts }, (_, index) => {
    url.pathname = [...folder, partName(split.stem, index + 1, split.parts)].join('/')
    return { address: url.href, sizeBytes: null, sha256: null }
  })
}

/** A model of exactly these bytes, whatever it is called: nothing has to be fetched. */
async function heldAlready(
  context: StoreContext,
  files: readonly WantedFile[],
  remotes: readonly RemoteFile[]
): Promise<Pick<Parameters<typeof addModel>[1], 'files' | 'facts'> | null> {
  const announced = files.map((file, index) => file.sha256 ?? remotes[index]?.sha256 ?? null)
  const bundled = await readBundled(context.bundled)
  if (announced.length === 1 && announced[0] === bundled.id) return { files: [], facts: bundled.facts }
  const usable = (await context.list()).filter((model) => model.problem === undefined)
  const entry = (await readIndex(context.folders)).find(
    ({ id, files: held }) =>
      usable.some((model) => model.id === id) &&
      held.length === announced.length &&
      held.every((file, index) => file.sha256 === announced[index])
  )
  return entry === undefined ? null : { files: entry.files, facts: entry.facts }
}
