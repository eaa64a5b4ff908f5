import type { Inventory } from '../facts/inventory/index.ts'
import type { ModelFacts } from '../facts/models/index.ts'
import type { PlanResult } from './plan.ts'
import { planModel } from './plan-model.ts'
import type { PlanRequest } from './plan-request.ts'

/** How a model would lie on machines that have a CPU with so much memory each, all of it lent. */
export function planOnImaginedMachines(
  model: ModelFacts,
  contextSize: number,
  memoryBytes: readonly [head: number, ...peers: number[]]
): PlanResult {
  const [head, ...peers] = memoryBytes.map(imagineMachine)
  if (head === undefined) throw new RangeError('there is always a head')
  const request: PlanRequest = {
    model,
    modelName: model.id.slice(0, 12),
    contextSize,
    head,
    peers: peers.map((inventory) => ({
      inventory,
      link: null,
      radius: 'local',
      mayPool: true,
      recentlyLost: false,
      offline: false
    }))
  }
  return planModel(request)
}

function imagineMachine(memoryBytes: number, index: number): Inventory {
  const device = { id: 'CPU', kind: 'cpu', description: 'CPU' } as const
  return {
    peerId: `12D3KooW${'1'.repeat(43)}${index + 1}`,
    name: `machine ${index + 1}`,
    version: '0',
    engineVersion: 'any',
    platform: 'any',
    cpu: { model: 'any', cores: 1 },
    devices: [
      {
        ...device,
        totalBytes: memoryBytes,
        freeBytes: memoryBytes,
        usableBytes: memoryBytes,
        lendableBytes: memoryBytes
      }
    ],
    models: []
  }
}
