import type { ServableModel } from '../../control/index.ts'

/**
 * One entry of GET /v1/models. OpenAI's and Anthropic's fields stand side by side, so that
 * both official clients can list; `unhosted` says where it is.
 */
export interface ModelEntry {
  readonly id: string
  readonly object: 'model'
  readonly created: number
  readonly owned_by: 'unhosted'
  readonly type: 'model'
  readonly display_name: string
  readonly unhosted: {
    readonly model_id: string
    readonly size_bytes: number
    readonly loaded: boolean
    readonly holders: readonly { readonly machine: string; readonly peer_id: string; readonly loaded: boolean }[]
  }
}

/**
 * A model with two names is listed twice; a name that two models share is the first one's.
 * @internal For its test.
 */
export function modelEntries(models: readonly ServableModel[]): readonly ModelEntry[] {
  const entries = new Map<string, ModelEntry>()
  for (const model of models) {
    for (const name of model.names) {
      if (!entries.has(name)) entries.set(name, entry(name, model))
    }
  }
  return [...entries.values()]
}

/** By name or by full id; undefined where nobody holds it. */
export function findModelEntry(models: readonly ServableModel[], reference: string): ModelEntry | undefined {
  const named = modelEntries(models).find(({ id }) => id === reference)
  if (named !== undefined) return named
  const byId = models.find(({ id }) => id === reference)
  return byId === undefined ? undefined : entry(byId.names[0] ?? byId.id, byId)
}

export function modelList(models: readonly ServableModel[]): Readonly<Record<string, unknown>> {
  const data = modelEntries(models)
  return { object: 'list', data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
}

function entry(name: string, model: ServableModel): ModelEntry {
  return {
    id: name,
    object: 'model',
    created: 0,
    owned_by: 'unhosted',
    type: 'model',
    display_name: name,
    unhosted: {
      model_id: model.id,
      size_bytes: model.sizeBytes,
      loaded: model.holders.some(({ loaded }) => loaded),
      holders: model.holders.map(({ peerId, machine, loaded }) => ({ machine, peer_id: peerId, loaded }))
    }
  }
}
