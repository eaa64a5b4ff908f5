import type { ServableModel } from '@unhosted/core/control'
import { BaseError, isBaseError } from '@unhosted/core/errors'
import type { Radius } from '@unhosted/core/peers'
import { describePlan, type Plan } from '@unhosted/core/planner'
import { type Attempt, type Holder, routeAttempts } from '@unhosted/core/router'
import { type Clock, within } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { LoadedModels } from '../models/index.ts'
import type { ModelStore, StoredModel } from '../models/types.ts'
import { forwardToEngine } from './engine-upstream.ts'
import type { Instances, InstanceUse } from './instances.ts'
import { purposeOf } from './purpose.ts'
import type { Dispatcher, InferenceRequest, InferenceResponse, Placement } from './types.ts'

/** A connected paired peer that lets us send requests, with the models it holds. */
export interface PeerHolders {
  readonly peerId: string
  readonly machine: string
  readonly radius: Radius
  readonly roundTripMs: number | null
  readonly models: readonly {
    readonly id: string
    readonly names: readonly string[]
    readonly sizeBytes: number
    readonly loaded: boolean
  }[]
  /** Whether it can hold a model of these facts at our context size without another machine. */
  fitsSolo(model: StoredModel): boolean
}

export interface DispatcherOptions {
  readonly self: { readonly peerId: string; readonly machine: string }
  readonly store: ModelStore
  readonly instances: Pick<Instances, 'use'>
  readonly loaded: Pick<LoadedModels, 'has'>
  readonly peers: () => readonly PeerHolders[]
  readonly fitsHere: (model: StoredModel, signal: AbortSignal) => Promise<boolean>
  /** Send a request to a peer. @throws BaseError */
  readonly askPeer: (
    peerId: string,
    request: InferenceRequest,
    options: { readonly signal: AbortSignal; readonly onPlacement: (placement: Placement) => void }
  ) => Promise<InferenceResponse>
  readonly clock: Clock
  readonly log: Log
}

interface DispatchOptions {
  readonly signal: AbortSignal
  readonly onPlacement: (placement: Placement) => void
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return {
    models: () => servableModels(options),
    dispatch: (request, dispatchOptions) => dispatch(request, dispatchOptions, options)
  }
}

async function dispatch(
  request: InferenceRequest,
  dispatchOptions: DispatchOptions,
  options: DispatcherOptions
): Promise<InferenceResponse> {
  const stored = await findHere(request.model, options.store)
  const attempts = routeAttempts({
    here: stored === null ? null : await holderHere(stored, dispatchOptions.signal, options),
    peers: options.peers().flatMap((peer) => holderThere(peer, request.model, stored)),
    mayForward: request.from === 'client'
  })
  let failure: unknown = null
  for (const attempt of attempts) {
    try {
      return await tryAttempt(attempt, request, stored, dispatchOptions, options)
    } catch (error) {
      if (dispatchOptions.signal.aborted || !mayTryNext(error)) throw error
      options.log.warn({ attempt, error }, 'could not be served there; trying the next place')
      failure ??= error
    }
  }
  // A peer is told of what is held here; what other machines hold is not ours to tell.
  const told = request.from === 'client' ? options : { ...options, peers: () => [] }
  throw failure ?? modelUnknown(request.model, await servableModels(told))
}

function tryAttempt(
  attempt: Attempt,
  request: InferenceRequest,
  stored: StoredModel | null,
  dispatchOptions: DispatchOptions,
  options: DispatcherOptions
): Promise<InferenceResponse> {
  options.log.debug({ model: request.model, attempt }, 'serving')
  if (attempt.kind === 'peer') return options.askPeer(attempt.peerId, request, dispatchOptions)
  if (stored === null) throw new Error('an attempt here needs a model that is held here')
  return serveHere(stored, request, dispatchOptions, options)
}

async function serveHere(
  model: StoredModel,
  request: InferenceRequest,
  { signal, onPlacement }: DispatchOptions,
  options: DispatcherOptions
): Promise<InferenceResponse> {
  const placementOf = (plan: Plan): Placement => ({
    modelId: model.id,
    modelName: request.model,
    servedBy: options.self,
    plan: describePlan(plan)
  })
  const use = await options.instances.use(model, purposeOf(request.path), {
    signal,
    onPlan: (plan) => onPlacement(placementOf(plan))
  })
  // The client may go away before the first byte of the body is read.
  signal.addEventListener('abort', use.release, { once: true })
  const serving: Serving = { use, signal, clock: options.clock }
  try {
    const { status, headers, body } = await explainLoss(
      forwardToEngine({ listen: use.listen, request, signal }),
      serving
    )
    return { status, headers, body: releaseAfter(body, serving), placement: placementOf(use.plan) }
  } catch (error) {
    use.release()
    throw error
  }
}

interface Serving {
  readonly use: InstanceUse
  readonly signal: AbortSignal
  readonly clock: Clock
}

async function* releaseAfter(body: AsyncIterable<Uint8Array>, serving: Serving): AsyncIterable<Uint8Array> {
  const { use, signal } = serving
  try {
    yield* body
  } catch (error) {
    throw await lossReason(error, serving)
  } finally {
    signal.removeEventListener('abort', use.release)
    use.release()
  }
}

async function explainLoss<T>(answer: Promise<T>, serving: Serving): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw await lossReason(error, serving)
  }
}

/** Longest wait for the reason why an instance ended, ms. */
const reasonMs = 3000

/** The upstream socket breaks a moment before the process is seen to end; the end tells why. */
async function lossReason(error: unknown, { use, signal, clock }: Serving): Promise<unknown> {
  if (signal.aborted || isBaseError(error, 'CANCELLED')) return error
  return (await within(use.ended, reasonMs, clock)) ?? error
}

/** Failures that say nothing against another place; a bad request is bad everywhere. */
function mayTryNext(error: unknown): boolean {
  const codes = [
    'PEER_UNREACHABLE',
    'PEER_REFUSED',
    'PEER_LOST',
    'PEER_PROTOCOL',
    'NO_CAPACITY',
    'MODEL_UNKNOWN',
    'ENGINE_MISSING',
    'ENGINE_START_FAILED'
  ]
  return error instanceof BaseError && codes.includes(error.code)
}

async function findHere(reference: string, store: ModelStore): Promise<StoredModel | null> {
  try {
    return await store.find(reference)
  } catch (error) {
    if (isBaseError(error, 'MODEL_UNKNOWN')) return null
    throw error
  }
}

async function holderHere(model: StoredModel, signal: AbortSignal, options: DispatcherOptions): Promise<Holder> {
  const loaded = options.loaded.has(model.id)
  const fitsSolo = loaded || (await options.fitsHere(model, signal))
  return { ...options.self, radius: 'local', loaded, fitsSolo, roundTripMs: null }
}

function holderThere(peer: PeerHolders, reference: string, stored: StoredModel | null): readonly Holder[] {
  const held = peer.models.find((model) =>
    stored === null ? model.names.includes(reference) || model.id === reference : model.id === stored.id
  )
  if (held === undefined) return []
  const fitsSolo = stored === null ? null : peer.fitsSolo(stored)
  const { peerId, machine, radius, roundTripMs } = peer
  return [{ peerId, machine, radius, loaded: held.loaded, fitsSolo, roundTripMs }]
}

async function servableModels(options: DispatcherOptions): Promise<readonly ServableModel[]> {
  const byId = new Map<
    string,
    { id: string; names: Set<string>; sizeBytes: number; holders: ServableModel['holders'][number][] }
  >()
  const add = (model: Omit<ServableModel, 'holders'>, holder: ServableModel['holders'][number]): void => {
    const entry = byId.get(model.id) ?? { id: model.id, names: new Set(), sizeBytes: model.sizeBytes, holders: [] }
    byId.set(model.id, entry)
    for (const name of model.names) entry.names.add(name)
    entry.holders.push(holder)
  }
  for (const model of await options.store.list()) {
    add(model, { ...options.self, loaded: options.loaded.has(model.id) })
  }
  for (const { peerId, machine, models } of options.peers()) {
    for (const model of models) add(model, { peerId, machine, loaded: model.loaded })
  }
  return [...byId.values()].map((entry) => ({ ...entry, names: [...entry.names] }))
}

function modelUnknown(reference: string, servable: readonly ServableModel[]): BaseError {
  const names = servable.flatMap(({ names }) => names).slice(0, 8)
  return new BaseError(
    'MODEL_UNKNOWN',
    `No model named "${reference.slice(0, 100)}" on this machine or on a paired one.`,
    {
      advice:
        names.length === 0
          ? 'Import one with unhosted models import FILE, or download one with unhosted models pull REFERENCE.'
          : `Available models: ${names.join(', ')}. Download others with unhosted models pull.`
    }
  )
}
