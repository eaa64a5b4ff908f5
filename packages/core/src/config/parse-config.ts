import type { z } from 'zod'
import { BaseError } from '../errors/index.ts'
import { kebab } from './kebab.ts'
import { type Config, configSchema } from './schema.ts'
import { settings } from './settings.ts'

/** Where settings come from; an earlier one wins: flags, environment, file, defaults. */
export interface ConfigLayers {
  /** By flag name in camelCase; undefined values are absent, other commands' flags are ignored. */
  readonly flags: Readonly<Record<string, unknown>>
  /** The process's environment; only the UNHOSTED_ variables of the settings are read. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What config.json holds, and where it is, for messages; null where there is none. */
  readonly file: { readonly path: string; readonly content: unknown } | null
}

type Tree = Record<string, unknown>

/**
 * Merge the layers, parse once, freeze.
 * @throws BaseError CONFIG_INVALID naming the setting and its source
 */
export function parseConfig(layers: ConfigLayers): Config {
  const sources = new Map<string, string>()
  const merged = copyFile(layers.file)
  for (const { path, flag, environment } of settings) {
    const take = (value: unknown, source: string): void => {
      if (value !== undefined && setAt(merged, path, value)) sources.set(path.join('.'), source)
    }
    // A variable that is set to nothing is how shells unset one.
    if (environment !== null) take(layers.environment[environment] || undefined, environment)
    if (flag !== null) take(layers.flags[flag], `--${kebab(flag)}`)
  }
  const parsed = configSchema.safeParse(merged)
  if (parsed.success) return freeze(parsed.data)
  throw invalid(parsed.error, sources, layers.file?.path ?? 'config.json')
}

function copyFile(file: ConfigLayers['file']): Tree {
  if (file === null) return {}
  if (!isTree(file.content)) {
    throw new BaseError('CONFIG_INVALID', `${file.path} does not contain a JSON object.`, {
      advice: 'Write settings like { "memory": "80%" }, or delete the file.'
    })
  }
  // Editors find the schema of the file by it.
  const { $schema: _, ...content } = file.content
  return content
}

/** @returns false where a parent is no object; the schema then names that parent. */
function setAt(tree: Tree, path: readonly string[], value: unknown): boolean {
  const [key, ...rest] = path
  if (key === undefined) return false
  if (rest.length === 0) {
    tree[key] = value
    return true
  }
  const parent = tree[key] ?? {}
  if (!isTree(parent)) return false
  const copy = { ...parent }
  tree[key] = copy
  return setAt(copy, rest, value)
}

function invalid(error: z.ZodError, sources: ReadonlyMap<string, string>, filePath: string): BaseError {
  const issue = error.issues[0]
  const path = issue?.path.map(String) ?? []
  if (issue?.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `"${[...path, key].join('.')}"`).join(', ')
    return new BaseError('CONFIG_INVALID', `${filePath} has unknown settings: ${names}.`, {
      advice: 'Remove or correct them; docs/settings.md lists the settings.',
      cause: error
    })
  }
  // A list's item has an index behind the setting's own path.
  const known = [...sources.keys()].find((key) => path.join('.') === key || path.join('.').startsWith(`${key}.`))
  const name = known ?? path.join('.')
  const source = known === undefined ? filePath : sources.get(known)
  return new BaseError('CONFIG_INVALID', `${name} from ${source} is not valid: ${reason(issue)}`, {
    advice: `Correct it in ${source}.`,
    cause: error,
    details: { setting: name, source }
  })
}

/** The most telling message: inside a union, that of the branch that got furthest. */
function reason(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code !== 'invalid_union') return issue?.message ?? 'unknown reason'
  const inner = issue.errors.flat().find((each) => each.code !== 'invalid_type') ?? issue.errors.flat()[0]
  return inner === undefined ? issue.message : reason(inner)
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner)
    Object.freeze(value)
  }
  return value
}
