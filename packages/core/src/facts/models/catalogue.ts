import { z } from 'zod'
import { BaseError } from '../../errors/index.ts'
import { modelName } from './name.ts'

/** Where a model can be fetched from. */
export type ModelSource =
  | {
      readonly kind: 'hf'
      readonly owner: string
      readonly repository: string
      /** Quantisation (`Q4_K_M`), or null for the hub's choice. */
      readonly quantisation: string | null
    }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'bundled' }

/** Short names and what they stand for. */
export type Catalogue = ReadonlyMap<string, ModelSource>

const maxEntries = 10_000
const fileSchema = z.record(z.string().max(200), z.string().max(2000))

/**
 * Parse `hf:owner/repository[:quantisation]` or an `https://` URL; null for anything else.
 * `http://` is taken for loopback addresses alone.
 * @throws BaseError USAGE when it looks like one of the two but is not well formed
 */
export function parseSource(reference: string): ModelSource | null {
  if (/^hf:/i.test(reference)) return parseHub(reference)
  if (/^https?:\/\//i.test(reference)) return parseUrl(reference)
  return null
}

/** The text that `parseSource` reads back; equal for equal sources. */
export function sourceText(source: ModelSource): string {
  if (source.kind === 'bundled') return 'bundled'
  if (source.kind === 'url') return source.url
  return `hf:${source.owner}/${source.repository}${source.quantisation === null ? '' : `:${source.quantisation}`}`
}

/**
 * Parse a catalogue file: a JSON object of short name to source.
 * @param origin names the file in errors
 * @throws BaseError CONFIG_INVALID naming the entry
 */
export function parseCatalogue(json: unknown, origin: string): Catalogue {
  const parsed = fileSchema.safeParse(json)
  if (!parsed.success || Object.keys(parsed.data).length > maxEntries) {
    throw invalidEntry(origin, 'it is not a JSON object of short names and sources', parsed.error)
  }
  const entries = Object.entries(parsed.data).map(([name, reference]): [string, ModelSource] => {
    try {
      const source = reference === 'bundled' ? ({ kind: 'bundled' } as const) : parseSource(reference)
      if (source === null) throw invalidEntry(origin, `"${name}": "${reference}" is no hf: reference and no URL`)
      return [modelName(name), source]
    } catch (error) {
      if (error instanceof BaseError && error.code === 'CONFIG_INVALID') throw error
      throw invalidEntry(origin, `"${name}": ${error instanceof Error ? error.message : String(error)}`, error)
    }
  })
  return new Map(entries)
}

/** Later catalogues win. */
export function mergeCatalogues(...catalogues: readonly Catalogue[]): Catalogue {
  return new Map(catalogues.flatMap((catalogue) => [...catalogue]))
}

function parseHub(reference: string): ModelSource {
  const match = /^hf:(?:\/\/)?([A-Za-z0-9][\w.-]{0,95})\/([A-Za-z0-9][\w.-]{0,95})(?::([\w.-]{1,64}))?$/i.exec(
    reference
  )
  const [owner, repository] = [match?.[1], match?.[2]]
  if (owner === undefined || repository === undefined) {
    throw new BaseError(
      'USAGE',
      `"${reference.slice(0, 200)}" is not a reference to a model on the Hugging Face hub.`,
      {
        advice: 'Write it like hf:Qwen/Qwen3-8B-GGUF:Q4_K_M.'
      }
    )
  }
  return { kind: 'hf', owner, repository, quantisation: match?.[3]?.toUpperCase() ?? null }
}

/** Core has no URL class (no DOM, no Node types), so the parts that matter are read by hand. */
function parseUrl(reference: string): ModelSource {
  const match = /^(https?):\/\/(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?(\/[^\s#]*)$/i.exec(reference)
  const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(match?.[2] ?? '')
  if (match === null || (match[1]?.toLowerCase() === 'http' && !loopback)) {
    throw new BaseError('USAGE', `"${reference.slice(0, 200)}" is not a URL that a model can be downloaded from.`, {
      advice: 'Use an https:// URL without user name and password.'
    })
  }
  return { kind: 'url', url: reference }
}

function invalidEntry(origin: string, what: string, cause?: unknown): BaseError {
  return new BaseError('CONFIG_INVALID', `The catalogue ${origin} does not parse: ${what.replace(/\.$/, '')}.`, {
    advice: 'Write entries like "qwen3:8b": "hf:Qwen/Qwen3-8B-GGUF:Q4_K_M".',
    cause
  })
}
