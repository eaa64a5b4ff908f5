import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { BaseError } from '@unhosted/core/errors'
import { fileError, hasErrno } from '../base/index.ts'

/** One file of a model; split models have several. */
export interface GgufPart {
  /** Absolute, symbolic links resolved. */
  readonly path: string
  /** Its name as the user has it. */
  readonly fileName: string
  readonly sizeBytes: number
}

/** More parts than any real split has. */
const maxParts = 512

/** `-00002-of-00004.gguf` at the end of a file name, as llama.cpp names the parts of a split model. */
export function splitName(fileName: string): { stem: string; part: number; parts: number } | null {
  const match = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i.exec(fileName)
  return match === null ? null : { stem: match[1] ?? '', part: Number(match[2]), parts: Number(match[3]) }
}

/** File name of a part, counted from 1. */
export function partName(stem: string, part: number, parts: number): string {
  const number = (value: number): string => String(value).padStart(5, '0')
  return `${stem}-${number(part)}-of-${number(parts)}.gguf`
}

/**
 * The files of the model that `path` is, or is a part of, in order. Only ordinary files are ever opened, so a pipe or
 * a device cannot make the caller wait.
 * @throws BaseError MODEL_INVALID with the reason
 */
export async function ggufSet(path: string): Promise<readonly GgufPart[]> {
  const split = splitName(basename(path))
  if (split === null) return [await ordinaryFile(path)]
  if (split.part < 1 || split.parts < 1 || split.part > split.parts || split.parts > maxParts) {
    throw invalid(`${basename(path)} is part ${split.part} of ${split.parts}, which cannot be`)
  }
  const parts: GgufPart[] = []
  const owners = new Map<string, string>()
  for (let number = 1; number <= split.parts; number++) {
    const part = await ordinaryFile(join(dirname(path), partName(split.stem, number, split.parts)))
    const owner = owners.get(part.path)
    if (owner !== undefined) throw invalid(`${part.fileName} and ${owner} are the same file`)
    owners.set(part.path, part.fileName)
    parts.push(part)
  }
  return parts
}

async function ordinaryFile(path: string): Promise<GgufPart> {
  try {
    const resolved = await realpath(path)
    const facts = await stat(resolved)
    if (facts.isDirectory()) throw invalid(`${path} is a folder`)
    if (!facts.isFile()) throw invalid(`${path} is not an ordinary file`)
    return { path: resolved, fileName: basename(path), sizeBytes: facts.size }
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) throw invalid(`There is no file ${path}`, error)
    if (hasErrno(error, 'ELOOP')) throw invalid(`${path} is a symbolic link that leads back to itself`, error)
    if (hasErrno(error, 'EACCES')) throw invalid(`${path} may not be read by this user`, error)
    throw fileError(path, error)
  }
}

function invalid(what: string, cause?: unknown): BaseError {
  return new BaseError('MODEL_INVALID', `${what}.`, {
    advice: 'Name a GGUF file. Keep all parts of a split model in one folder with their original names.',
    cause
  })
}
