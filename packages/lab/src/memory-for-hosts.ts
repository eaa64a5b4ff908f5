import type { Inventory } from '@unhosted/core/inventory'
import type { ModelFacts } from '@unhosted/core/models'
import { planModel } from '@unhosted/core/planner'

export interface HostMemory {
  /** `--memory`, bytes. */
  readonly memoryBytes: number
  /** `--lend-memory`, bytes. */
  readonly lendBytes: number
}

const kib = 1024
const plenty = 2 ** 40

/**
 * Limits for equal hosts with one CPU each, at which a model needs exactly so many of them, whichever is asked. The
 * planner itself is asked for the bounds, so nobody here need know how it reckons.
 * @throws Error where there are no such limits
 */
export function memoryForHosts(facts: ModelFacts, contextSize: number, hosts: number): HostMemory {
  const holds = (memoryBytes: number, lenders: number, lendBytes: number): boolean =>
    fits(facts, contextSize, memoryBytes, lenders, lendBytes)
  const alone = least((bytes) => holds(bytes, 0, 0))
  const helped = least((bytes) => holds(bytes, 1, plenty))
  const memoryBytes = Math.floor((helped + alone) / 2)
  const enough = least((bytes) => holds(memoryBytes, hosts - 1, bytes))
  const tooMuch = hosts > 2 ? least((bytes) => holds(memoryBytes, hosts - 2, bytes)) : enough + 2 * kib
  const lendBytes = Math.floor((enough + tooMuch) / 2)
  const exact = holds(memoryBytes, hosts - 1, lendBytes) && !holds(memoryBytes, hosts - 2, lendBytes)
  if (!exact) throw new Error(`No limits make this model need ${hosts} hosts.`)
  return { memoryBytes, lendBytes }
}

/** The smallest amount, to a KiB, that is enough. */
function least(isEnough: (bytes: number) => boolean): number {
  let [low, high] = [0, plenty]
  while (high - low > kib) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return high
}

function fits(facts: ModelFacts, contextSize: number, memory: number, lenders: number, lend: number): boolean {
  const peers = Array.from({ length: lenders }, (_, index) => ({
    inventory: inventory(index + 1, lend),
    link: { roundTripMs: 1, jitterMs: 0, bytesPerSecond: 1e9, direct: true },
    radius: 'local' as const,
    mayPool: true,
    recentlyLost: false,
    offline: false
  }))
  return planModel({ model: facts, modelName: 'lab', contextSize, head: inventory(0, memory), peers }).ok
}

function inventory(index: number, bytes: number): Inventory {
  return {
    peerId: `12D3KooWLabLabLabLabLabLabLabLabLabLabLabLabLabLabLa${index + 1}`,
    name: `host${index}`,
    version: '0',
    engineVersion: 'lab',
    platform: 'lab',
    cpu: { model: 'lab', cores: 2 },
    devices: [
      {
        id: 'CPU',
        kind: 'cpu',
        description: 'CPU',
        totalBytes: plenty,
        freeBytes: plenty,
        usableBytes: bytes,
        lendableBytes: bytes
      }
    ],
    models: []
  }
}
