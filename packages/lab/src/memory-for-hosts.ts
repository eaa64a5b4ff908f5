import type { Inventory } from '@unhosted/core/inventory'
import type { ModelFacts } from '@unhosted/core/models'
import { planModel } from '@unhosted/core/planner'

const step = 512 * 1024

/**
 * The smallest `--memory` (bytes, each host the same) at which the planner spreads a model over exactly so many
 * hosts with one CPU each. Asked of the planner itself, so the benchmark need not know how it reckons.
 * @throws Error when no amount does
 */
export function memoryForHosts(facts: ModelFacts, contextSize: number, hosts: number): number {
  for (let bytes = step; bytes < facts.fileBytes * 4 + 2 ** 30; bytes += Math.max(step, facts.fileBytes / 200)) {
    const memory = Math.ceil(bytes)
    const [head, ...peers] = Array.from({ length: hosts }, (_, index) => inventory(index, memory))
    if (head === undefined) break
    const result = planModel({
      model: facts,
      modelName: 'bench',
      contextSize,
      head,
      peers: peers.map((one) => ({
        inventory: one,
        link: { roundTripMs: 1, jitterMs: 0, bytesPerSecond: 1e9, direct: true },
        radius: 'local',
        mayPool: true,
        recentlyLost: false,
        offline: false
      }))
    })
    if (result.ok && new Set(result.plan.segments.map((one) => one.peerId)).size === hosts) return memory
  }
  throw new Error(`No amount of memory spreads this model over ${hosts} hosts.`)
}

function inventory(index: number, memory: number): Inventory {
  const device = {
    id: 'CPU',
    kind: 'cpu' as const,
    description: 'CPU',
    totalBytes: 2 ** 40,
    freeBytes: 2 ** 40,
    usableBytes: memory,
    lendableBytes: memory
  }
  return {
    peerId: `12D3KooWBenchBenchBenchBenchBenchBenchBenchBenchBen${index + 1}`,
    name: `host${index + 1}`,
    version: '0',
    engineVersion: 'bench',
    platform: 'bench',
    cpu: { model: 'bench', cores: 2 },
    devices: [device],
    models: []
  }
}
