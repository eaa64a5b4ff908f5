import type { LeaseView } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import {
  describeShortfall,
  type EngineArguments,
  engineArguments,
  type Plan,
  type PlanResult
} from '@unhosted/core/planner'
import type { Log } from '../log/index.ts'
import type { StoredModel } from '../models/types.ts'
import type { BorrowedLease, LeaseClient, LeaseRequest, MemoryLedger, Reservation } from '../pool/types.ts'
import type { Purpose } from './purpose.ts'

/** Loaded models that nobody uses now. */
export interface IdleInstances {
  plans(): readonly Plan[]
  /** Unload the one that has been idle longest. @returns whether there was one */
  evict(): Promise<boolean>
}

interface AllocationRequest {
  readonly purpose: Purpose
  readonly signal: AbortSignal
  readonly idle: IdleInstances
}

/** Memory held for one plan, here and on peers. */
export interface Allocation {
  readonly plan: Plan
  readonly engine: EngineArguments
  /** `127.0.0.1:port` of each lease, in `RPC0, RPC1, ...` order. */
  readonly rpcEndpoints: readonly string[]
  leases(): readonly LeaseView[]
  /** Resolves when a lease ended without our asking; never rejects, may never settle. */
  readonly lost: Promise<BaseError>
  /** Idempotent; resolves when all is given back. */
  release(): Promise<void>
}

export interface Allocator {
  /** @throws BaseError NO_CAPACITY | CANCELLED, and what the last refusing peer said */
  allocate(model: StoredModel, options: AllocationRequest): Promise<Allocation>
}

export interface AllocatorOptions {
  /** Plans on what is free now, without the named peers. */
  readonly plan: (
    model: StoredModel,
    options: {
      readonly purpose: Purpose
      readonly without: ReadonlySet<string>
      readonly unloaded: readonly Plan[]
      readonly signal: AbortSignal
    }
  ) => Promise<PlanResult>
  readonly ledger: MemoryLedger
  readonly leases: Pick<LeaseClient, 'borrow'>
  /** Waits for the engine. @throws BaseError ENGINE_MISSING | ENGINE_BUILD_FAILED | CANCELLED */
  readonly engineVersion: (signal: AbortSignal) => Promise<string>
  /** A peer failed us; plans leave it out for a while. */
  readonly onPeerLost: (peerId: string) => void
  readonly log: Log
}

/** Plans and reserves, one model at a time: what one plan counts on must not be promised to another. */
export function createAllocator(options: AllocatorOptions): Allocator {
  let turn: Promise<unknown> = Promise.resolve()
  return {
    allocate: (model, request) => {
      const mine = turn.then(() => allocateWithRetries(model, request, options))
      turn = mine.catch(() => {})
      return mine
    }
  }
}

async function allocateWithRetries(
  model: StoredModel,
  request: AllocationRequest,
  options: AllocatorOptions
): Promise<Allocation> {
  const without = new Set<string>()
  const engineVersion = await options.engineVersion(request.signal)
  for (;;) {
    request.signal.throwIfAborted()
    const { purpose, signal, idle } = request
    const result = await options.plan(model, { purpose, without, unloaded: [], signal })
    if (!result.ok) {
      // Nobody's model is unloaded for one that would not fit all the same.
      const roomier = await options.plan(model, { purpose, without, unloaded: idle.plans(), signal })
      if (roomier.ok && (await idle.evict())) continue
      const { missingBytes, remedies } = result.shortfall
      const [advice] = remedies
      throw new BaseError('NO_CAPACITY', describeShortfall(model.names[0] ?? model.id, result.shortfall), {
        ...(advice !== undefined && { advice }),
        details: { missingBytes, remedies }
      })
    }
    try {
      return await holdMemory(result.plan, engineVersion, request.signal, options)
    } catch (error) {
      const refused = error instanceof RefusedByPeer ? error : null
      if (refused === null) throw error
      options.log.warn(
        { peer: refused.peerId, error: refused.cause },
        'a peer of the plan refused; planning without it'
      )
      options.onPeerLost(refused.peerId)
      without.add(refused.peerId)
    }
  }
}

class RefusedByPeer extends Error {
  readonly peerId: string
  constructor(peerId: string, cause: unknown) {
    super('refused by a peer', { cause })
    this.peerId = peerId
  }
}

async function holdMemory(
  plan: Plan,
  engineVersion: string,
  signal: AbortSignal,
  options: AllocatorOptions
): Promise<Allocation> {
  const engine = engineArguments(plan)
  const reservations: Reservation[] = []
  const borrowed: BorrowedLease[] = []
  const release = async (): Promise<void> => {
    for (const reservation of reservations) reservation.release()
    await Promise.all(borrowed.map((lease) => lease.close()))
  }
  try {
    for (const { deviceId, bytes } of engine.reservations) {
      reservations.push(options.ledger.reserve(deviceId, bytes, 'own'))
    }
    const { modelId, modelName } = plan
    for (const lease of engine.leases) {
      const request = { ...lease, modelId, modelName, engineVersion }
      borrowed.push(await borrow(request, signal, options.leases))
    }
  } catch (error) {
    await release()
    throw error
  }
  const { promise: lost, resolve: onLost } = Promise.withResolvers<BaseError>()
  for (const lease of borrowed) {
    void lease.ended.then((error) => {
      if (error === null) return
      options.onPeerLost(lease.request.peerId)
      onLost(peerLost(plan, lease, error))
    })
  }
  return {
    plan,
    engine,
    rpcEndpoints: borrowed.map(({ endpoint }) => endpoint),
    leases: () => borrowed.map((l) => l.view()),
    lost,
    release
  }
}

async function borrow(
  request: LeaseRequest,
  signal: AbortSignal,
  leases: Pick<LeaseClient, 'borrow'>
): Promise<BorrowedLease> {
  try {
    return await leases.borrow(request, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw new RefusedByPeer(request.peerId, error)
  }
}

function peerLost(plan: Plan, lease: BorrowedLease, cause: Error): BaseError {
  const machine = plan.segments.find(({ peerId }) => peerId === lease.request.peerId)?.machine ?? lease.request.peerId
  return new BaseError('PEER_LOST', `${machine}, which held a part of ${plan.modelName}, was lost: ${cause.message}`, {
    cause
  })
}
