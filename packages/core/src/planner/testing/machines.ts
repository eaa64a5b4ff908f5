import type { Device, Inventory, Link } from '../../facts/inventory/index.ts'
import type { ModelFacts } from '../../facts/models/index.ts'
import { GiB, MiB } from '../../units.ts'
import type { PlanPeer } from '../candidates.ts'
import type { PlanRequest } from '../plan-request.ts'

// Invented machines and models for tests: valid wholes, with what a case is about changed.

/** A dense model of 8 layers of 100 MiB: 1 GiB with its tables. */
export function inventModel(changes: Partial<ModelFacts> = {}): ModelFacts {
  const layerCount = changes.layerBytes?.length ?? 8
  const layerBytes = Array.from({ length: layerCount }, () => 100 * MiB)
  const model = {
    id: 'a'.repeat(64),
    architecture: 'llama',
    quantisation: 'Q8_0',
    parameterCount: 1_000_000_000,
    layerCount,
    contextLength: 8192,
    embeddingLength: 1024,
    vocabularySize: 32_000,
    headCount: 16,
    feedForwardLength: 3072,
    layerBytes,
    kvBytesPerToken: Array.from({ length: layerCount }, () => 4096),
    embeddingBytes: 100 * MiB,
    outputBytes: 100 * MiB,
    hasChatTemplate: true,
    ...changes
  }
  const tables = model.embeddingBytes + model.outputBytes
  return { fileBytes: model.layerBytes.reduce((total, each) => total + each, tables), ...model }
}

/** `gpu`, a GPU, or the CPU, with so much to use and to lend. */
export function inventDevice(id: string, usableBytes: number, changes: Partial<Device> = {}): Device {
  return {
    id,
    kind: id === 'CPU' ? 'cpu' : 'gpu',
    description: id,
    totalBytes: 2 * usableBytes,
    freeBytes: usableBytes,
    usableBytes,
    lendableBytes: usableBytes,
    ...changes
  }
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** A peer id of the right shape, a different one for each name. */
export function inventPeerId(name: string): string {
  const letters = [...name].map((letter) => alphabet[(letter.codePointAt(0) ?? 0) % alphabet.length])
  return `12D3KooW${letters.join('')}`.padEnd(52, 'x')
}

export function inventMachine(name: string, devices: readonly Device[], changes: Partial<Inventory> = {}): Inventory {
  return {
    peerId: inventPeerId(name),
    name,
    version: '0.1.0',
    engineVersion: 'llama.cpp/1 rpc/7.0.0',
    platform: 'linux-x64',
    cpu: { model: 'CPU', cores: 8 },
    devices: [...devices],
    models: [],
    ...changes
  }
}

export function inventLink(roundTripMs: number): Link {
  return { roundTripMs, jitterMs: 0.1, bytesPerSecond: 100e6, direct: true }
}

export function inventPeer(inventory: Inventory, changes: Partial<PlanPeer> = {}): PlanPeer {
  return {
    inventory,
    link: inventLink(0.5),
    radius: 'local',
    mayPool: true,
    recentlyLost: false,
    offline: false,
    ...changes
  }
}

/** A head with one big CPU and no peers. */
export function inventRequest(changes: Partial<PlanRequest> = {}): PlanRequest {
  return {
    model: inventModel(),
    modelName: 'invented',
    contextSize: 2048,
    head: inventMachine('head', [inventDevice('CPU', 16 * GiB)]),
    peers: [],
    ...changes
  }
}
