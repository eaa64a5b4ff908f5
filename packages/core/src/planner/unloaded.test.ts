import { describe, expect, test } from 'vitest'
import type { Inventory } from '../facts/inventory/schema.ts'
import { bytes } from '../units.ts'
import type { Plan, Segment } from './plan.ts'
import { withUnloaded } from './unloaded.ts'

function machine(peerId: string, room: number): Inventory {
  const device = { id: 'CPU', kind: 'cpu' as const, description: 'CPU', totalBytes: 100 }
  return {
    peerId,
    name: peerId,
    version: '1',
    engineVersion: 'e',
    platform: 'linux-x64',
    cpu: { model: 'CPU', cores: 1 },
    devices: [{ ...device, freeBytes: room, usableBytes: room, lendableBytes: room }],
    models: []
  }
}

function segment(peerId: string, needs: number): Segment {
  const need = { weights: bytes(needs), kv: bytes(0), compute: bytes(0), total: bytes(needs) }
  const place = { peerId, machine: peerId, deviceId: 'CPU', deviceKind: 'cpu' as const, budgetBytes: bytes(needs) }
  return { ...place, firstLayer: 0, layerCount: 1, output: peerId === 'peer', need }
}

const plan: Plan = {
  modelId: 'a',
  modelName: 'tiny',
  contextSize: 512,
  kind: 'pool',
  headPeerId: 'me',
  host: null,
  segments: [segment('me', 30), segment('peer', 40)],
  excluded: [],
  totalBytes: bytes(70)
}

describe('withUnloaded', () => {
  test.each([
    { id: 'the head gets back what it reserved', peerId: 'me', room: 10, expected: 40 },
    { id: 'a peer gets back what it lent', peerId: 'peer', room: 10, expected: 50 },
    { id: 'another machine gets nothing', peerId: 'other', room: 10, expected: 10 },
    { id: 'never more than there is', peerId: 'peer', room: 90, expected: 100 }
  ])('$id', ({ peerId, room, expected }) => {
    const [device] = withUnloaded(machine(peerId, room), [plan]).devices
    expect(device).toMatchObject({ freeBytes: expected, usableBytes: expected, lendableBytes: expected })
  })
})
