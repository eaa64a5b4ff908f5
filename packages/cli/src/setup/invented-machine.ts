import type { Inventory } from '@unhosted/core/inventory'
import type { ModelFacts } from '@unhosted/core/models'
import { type PlanRequest, type PlanResult, planModel } from '@unhosted/core/planner'

/** Asks the planner how a model would lie on machines that have a CPU with so much memory each, all of it lent. */
export function planOnInventedMachines(
  model: ModelFacts,
  contextSize: number,
  memoryBytes: readonly [head: number, ...peers: number[]]
): PlanResult {
  const [head, ...peers] = memoryBytes.map(inventMachine)
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

function inventMachine(memoryBytes: number, index: number): Inventory {
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
