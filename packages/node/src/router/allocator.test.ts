import { BaseError } from '@unhosted/core/errors'
import type { Plan, PlanResult, Segment } from '@unhosted/core/planner'
import { bytes } from '@unhosted/core/units'
import { describe, expect, test } from 'vitest'
import { silentLog } from '../log/index.ts'
import type { StoredModel } from '../models/types.ts'
import { type BorrowedLease, createMemoryLedger, type LeaseClient, type LeaseRequest } from '../pool/index.ts'
import { createAllocator, type IdleInstances } from './allocator.ts'

const model = { id: 'a'.repeat(64), names: ['tiny'] } as unknown as StoredModel
const need = { weights: bytes(6), kv: bytes(2), compute: bytes(2), total: bytes(10) }

function segment(peerId: string, firstLayer: number, output: boolean): Segment {
  const place = { peerId, machine: peerId, deviceId: 'CPU', deviceKind: 'cpu' as const, budgetBytes: bytes(10) }
  return { ...place, firstLayer, layerCount: 2, output, need }
}

/** Two layers on each of `machines`, the first of which is the head. */
function planOver(machines: readonly string[]): PlanResult {
  const segments = machines.map((machine, index) => segment(machine, index * 2, index === machines.length - 1))
  const plan: Plan = {
    modelId: model.id,
    modelName: 'tiny',
    contextSize: 512,
    kind: machines.length === 1 ? 'solo' : 'pool',
    headPeerId: 'me',
    host: null,
    segments,
    excluded: [],
    totalBytes: bytes(machines.length * 10)
  }
  return { ok: true, plan }
}

function idlePlan(): Plan {
  const result = planOver(['me'])
  if (!result.ok) throw new Error('planOver makes plans')
  return result.plan
}

const nothingFits: PlanResult = {
  ok: false,
  shortfall: {
    neededBytes: bytes(30),
    availableBytes: bytes(10),
    missingBytes: bytes(20),
    remedies: ['Lend more.'],
    excluded: []
  }
}

function setUp(
  plan: (without: ReadonlySet<string>, unloaded: readonly Plan[]) => PlanResult,
  refusing: ReadonlySet<string> = new Set()
) {
  const ledger = createMemoryLedger({ limits: () => ({ totalBytes: 10, ownLimitBytes: 10, lendLimitBytes: 0 }) })
  const endings = new Map<string, (error: Error | null) => void>()
  const lostPeers: string[] = []
  async function borrow(request: LeaseRequest): Promise<BorrowedLease> {
    if (refusing.has(request.peerId)) throw new BaseError('LEASE_REFUSED', 'no', { advice: 'x' })
    const ended = Promise.withResolvers<Error | null>()
    endings.set(request.peerId, (error) => {
      endings.delete(request.peerId)
      ended.resolve(error)
    })
    const close = async (): Promise<void> => endings.get(request.peerId)?.(null)
    const view = (): never => {
      throw new Error('not asked for')
    }
    return { id: request.peerId, request, endpoint: `127.0.0.1:${endings.size}`, view, ended: ended.promise, close }
  }
  const leases: Pick<LeaseClient, 'borrow'> = { borrow }
  const allocator = createAllocator({
    plan: async (_model, { without, unloaded }) => plan(without, unloaded),
    ledger,
    leases,
    engineVersion: async () => 'llama.cpp/1 rpc/1.0.0',
    onPeerLost: (peerId) => lostPeers.push(peerId),
    log: silentLog
  })
  const signal = new AbortController().signal
  const nobody: IdleInstances = { plans: () => [], evict: async () => false }
  const allocate = (idle = nobody) => allocator.allocate(model, { purpose: 'generate', signal, idle })
  return { allocate, ledger, endings, lostPeers }
}

describe('allocator', () => {
  test('holds what the plan needs here and on peers, and gives all of it back', async () => {
    const { allocate, ledger, endings } = setUp(() => planOver(['me', 'a', 'b']))
    const allocation = await allocate()
    expect(ledger.reserved('CPU').own).toBe(10)
    expect(allocation.rpcEndpoints).toHaveLength(2)
    expect([...endings.keys()]).toEqual(['a', 'b'])
    await allocation.release()
    await allocation.release()
    expect(ledger.reserved('CPU').own).toBe(0)
    expect(endings.size).toBe(0)
  })

  test('plans anew without a peer that refuses, holding nothing of the first try', async () => {
    const plan = (without: ReadonlySet<string>) => planOver(without.has('b') ? ['me', 'c'] : ['me', 'a', 'b'])
    const { allocate, ledger, endings, lostPeers } = setUp(plan, new Set(['b']))
    const allocation = await allocate()
    expect(allocation.plan.segments.map(({ machine }) => machine)).toEqual(['me', 'c'])
    expect([...endings.keys()]).toEqual(['c'])
    expect(ledger.reserved('CPU').own).toBe(10)
    expect(lostPeers).toEqual(['b'])
  })

  test('makes room by unloading idle models before it gives up', async () => {
    const idle = [idlePlan(), idlePlan()]
    const { allocate } = setUp((_without, unloaded) =>
      idle.length - unloaded.length <= 0 ? planOver(['me']) : nothingFits
    )
    const allocation = await allocate({ plans: () => idle, evict: async () => idle.pop() !== undefined })
    expect(allocation.plan.kind).toBe('solo')
    expect(idle).toEqual([])
  })

  test('unloads nothing for a model that would not fit all the same', async () => {
    let evicted = 0
    const { allocate } = setUp(() => nothingFits)
    const evict = async (): Promise<boolean> => {
      evicted += 1
      return true
    }
    await expect(allocate({ plans: () => [idlePlan()], evict })).rejects.toMatchObject({ code: 'NO_CAPACITY' })
    expect(evicted).toBe(0)
  })

  test('says how much is missing and what would help', async () => {
    const { allocate } = setUp(() => nothingFits)
    await expect(allocate()).rejects.toMatchObject({
      code: 'NO_CAPACITY',
      message: expect.stringMatching(/tiny does not fit: 20 B.*30 B.*10 B/),
      advice: 'Lend more.'
    })
  })

  test('a lease that ends by itself is a lost peer, one that we close is not', async () => {
    const { allocate, endings, lostPeers } = setUp(() => planOver(['me', 'a', 'b']))
    const allocation = await allocate()
    endings.get('a')?.(new Error('silent for 4 s'))
    expect(await allocation.lost).toMatchObject({
      code: 'PEER_LOST',
      message: expect.stringMatching(/^a, .*silent for 4 s/)
    })
    await allocation.release()
    expect(lostPeers).toEqual(['a'])
  })

  test('one model at a time: the second plans on what the first left', async () => {
    const { allocate } = setUp(() => planOver(['me']))
    const [first, second] = await Promise.allSettled([allocate(), allocate()])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'NO_CAPACITY' } })
  })
})
