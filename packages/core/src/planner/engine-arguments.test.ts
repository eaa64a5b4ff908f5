import { describe, expect, it } from 'vitest'
import { GiB } from '../units.ts'
import { type EngineArguments, engineArguments } from './engine-arguments.ts'
import { planModel } from './plan-model.ts'
import { inventDevice, inventMachine, inventPeer, inventPeerId, inventRequest } from './testing/machines.ts'

const cpu = (size: number) => inventDevice('CPU', size)
const gpu = (size: number, id = 'CUDA0') => inventDevice(id, size)

const cases: readonly {
  id: string
  head: ReturnType<typeof cpu>[]
  lenders: ReturnType<typeof cpu>[][]
  expected: Omit<EngineArguments, 'leases' | 'reservations'> & { leases: string[]; reservations: string[] }
}[] = [
  {
    id: 'the CPU alone: nothing is offloaded',
    head: [cpu(4 * GiB)],
    lenders: [],
    expected: { gpuLayers: 0, devices: [], tensorSplit: [], leases: [], reservations: ['CPU'] }
  },
  {
    id: 'one GPU: all layers and the output, and the CPU keeps its share',
    head: [cpu(4 * GiB), gpu(4 * GiB)],
    lenders: [],
    expected: { gpuLayers: 9, devices: ['CUDA0'], tensorSplit: [9], leases: [], reservations: ['CPU', 'CUDA0'] }
  },
  {
    id: 'GPU and CPU: the CPU has the first layers and no entry',
    head: [cpu(4 * GiB), gpu(1 * GiB)],
    lenders: [],
    expected: { gpuLayers: 5, devices: ['CUDA0'], tensorSplit: [5], leases: [], reservations: ['CPU', 'CUDA0'] }
  },
  {
    id: 'two lenders: endpoints in the order of the leases',
    head: [cpu(0.6 * GiB)],
    lenders: [[cpu(0.6 * GiB)], [cpu(0.6 * GiB)]],
    expected: {
      gpuLayers: 7,
      devices: ['RPC0', 'RPC1'],
      tensorSplit: [3, 4],
      leases: ['lender0 CPU', 'lender1 CPU'],
      reservations: ['CPU']
    }
  },
  {
    id: "a lender before the head's own GPU",
    head: [cpu(0.4 * GiB), gpu(1.2 * GiB)],
    lenders: [[gpu(1.2 * GiB, 'Metal')]],
    expected: {
      gpuLayers: 9,
      devices: ['RPC0', 'CUDA0'],
      tensorSplit: [4, 5],
      leases: ['lender0 Metal'],
      reservations: ['CPU', 'CUDA0']
    }
  },
  {
    id: 'two devices of one lender: a lease each',
    head: [cpu(0.4 * GiB)],
    lenders: [[gpu(1.2 * GiB), gpu(1.2 * GiB, 'CUDA1')]],
    expected: {
      gpuLayers: 9,
      devices: ['RPC0', 'RPC1'],
      tensorSplit: [4, 5],
      leases: ['lender0 CUDA0', 'lender0 CUDA1'],
      reservations: ['CPU']
    }
  }
]

describe('engineArguments', () => {
  it.each(cases)('$id', ({ head, lenders, expected }) => {
    const peers = lenders.map((devices, index) => inventPeer(inventMachine(`lender${index}`, devices)))
    const result = planModel(inventRequest({ head: inventMachine('head', head), peers }))
    if (!result.ok) throw new Error('no plan')
    const { leases, reservations, ...rest } = engineArguments(result.plan)
    const nameOf = (peerId: string): string =>
      lenders.map((_, index) => `lender${index}`).find((name) => inventPeerId(name) === peerId) ?? peerId
    expect({
      ...rest,
      leases: leases.map(({ peerId, deviceId }) => `${nameOf(peerId)} ${deviceId}`),
      reservations: reservations.map(({ deviceId }) => deviceId)
    }).toEqual(expected)
    const held = [...leases, ...reservations].reduce((total, { bytes }) => total + bytes, 0)
    expect(held).toBe(result.plan.totalBytes)
  })
})
