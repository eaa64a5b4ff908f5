import { z } from 'zod'
import { BaseError } from '../../errors/index.ts'

/** Longest name a model may have; peers refuse longer ones. */
const maxNameLength = 200

/** Longest text by which a model may be asked for, characters: a name, an id, or the beginning of one. */
export const maxModelReferenceLength = 256
export const modelReferenceSchema = z.string().min(1).max(maxModelReferenceLength)

/**
 * A model's name as it is stored and compared: lower case, letters, digits and `. _ : / @ + -`.
 * @throws BaseError USAGE
 */
export function modelName(text: string): string {
  const name = text.trim().toLowerCase()
  if (name.length === 0 || name.length > maxNameLength || !/^[a-z0-9][a-z0-9._:/@+-]*$/.test(name)) {
    throw new BaseError('USAGE', `"${text.slice(0, 80)}" is not a valid model name.`, {
      advice: `Use at most ${maxNameLength} letters, digits and . _ : / @ + -, starting with a letter or digit.`
    })
  }
  return name
}

/** The best name that a file's own name offers: `Qwen3-8B-Q4_K_M-00001-of-00002.gguf` gives `qwen3-8b-q4_k_m`. */
export function nameFromFile(fileName: string): string {
  const stem = fileName
    .toLowerCase()
    .replace(/\.gguf$/, '')
    .replace(/-\d{5}-of-\d{5}$/, '')
    .replace(/[^a-z0-9._:@+-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, maxNameLength)
  return stem === '' ? 'model' : stem
}
