import type { Device } from '../facts/inventory/index.ts'
import { applyMemoryLimit, type MemoryLimit } from '../units.ts'

/** A device before its owner's limits. */
export type BareDevice = Omit<Device, 'usableBytes' | 'lendableBytes'>

/** What of a device is spoken for, bytes. */
export interface ReservedMemory {
  readonly own: number
  readonly lent: number
}

/** What may be taken of one device, bytes. */
export interface DeviceLimit {
  readonly totalBytes: number
  /** All that this daemon may use, for itself and for peers together. */
  readonly ownLimitBytes: number
  /** How much of that peers may have. */
  readonly lendLimitBytes: number
}

export interface MemoryPolicy {
  /** --memory, of each device. */
  readonly memory: MemoryLimit
  /** --lend-memory; a fraction is one of what --memory leaves. */
  readonly lendMemory: MemoryLimit
}

/** Where a GPU has no memory of its own, the CPU keeps so much of it: the embedding table and llama-server live there. */
const cpuShareOfUnified = 1 / 8

/**
 * The owner's limits for each device. A GPU that shares the CPU's memory is counted once: what it may
 * use is taken from what the CPU may.
 */
export function deviceLimits(devices: readonly BareDevice[], policy: MemoryPolicy): ReadonlyMap<string, DeviceLimit> {
  const own = new Map(devices.map(({ id, totalBytes }) => [id, applyMemoryLimit(policy.memory, totalBytes) as number]))
  for (const [gpu, cpu] of unifiedPairs(devices)) {
    const shared = own.get(cpu.id) ?? 0
    const forGpu = Math.min(own.get(gpu.id) ?? 0, shared - Math.floor(shared * cpuShareOfUnified))
    own.set(gpu.id, forGpu)
    own.set(cpu.id, shared - forGpu)
  }
  return new Map(
    devices.map(({ id, totalBytes }) => {
      const ownLimitBytes = own.get(id) ?? 0
      return [id, { totalBytes, ownLimitBytes, lendLimitBytes: applyMemoryLimit(policy.lendMemory, ownLimitBytes) }]
    })
  )
}

/** Devices with what may still be used and lent of them: limits less what is reserved, at most what is free. */
export function budgetDevices(
  devices: readonly BareDevice[],
  policy: MemoryPolicy,
  reserved: (deviceId: string) => ReservedMemory
): readonly Device[] {
  const limits = deviceLimits(devices, policy)
  const free = freeOnce(devices, limits)
  return devices.map((device) => {
    const limit = limits.get(device.id)
    const { own, lent } = reserved(device.id)
    const freeBytes = free.get(device.id) ?? 0
    const usableBytes = within(freeBytes, (limit?.ownLimitBytes ?? 0) - own - lent)
    return {
      ...device,
      freeBytes,
      usableBytes,
      lendableBytes: within(usableBytes, (limit?.lendLimitBytes ?? 0) - lent)
    }
  })
}

/** Free memory with each byte counted once: a shared memory's is split as its limits are. */
function freeOnce(devices: readonly BareDevice[], limits: ReadonlyMap<string, DeviceLimit>): Map<string, number> {
  const free = new Map(devices.map(({ id, freeBytes }) => [id, freeBytes as number]))
  for (const [gpu, cpu] of unifiedPairs(devices)) {
    const [forGpu, forCpu] = [gpu, cpu].map(({ id }) => limits.get(id)?.ownLimitBytes ?? 0)
    const share = (forGpu ?? 0) / Math.max(1, (forGpu ?? 0) + (forCpu ?? 0))
    const shared = free.get(cpu.id) ?? 0
    const gpuFree = Math.min(gpu.freeBytes, Math.floor(shared * share))
    free.set(gpu.id, gpuFree)
    free.set(cpu.id, shared - gpuFree)
  }
  return free
}

function within(most: number, value: number): number {
  return Math.max(0, Math.min(most, value))
}

function unifiedPairs(devices: readonly BareDevice[]): readonly (readonly [gpu: BareDevice, cpu: BareDevice])[] {
  const cpu = devices.find(({ kind }) => kind === 'cpu')
  return cpu === undefined ? [] : devices.filter(sharesMainMemory).map((gpu) => [gpu, cpu] as const)
}

/**
 * Whether a GPU lives in main memory. The engine's device list does not tell, so its name must: Metal (Apple
 * silicon), integrated Intel and AMD graphics, and NVIDIA's modules with one memory.
 * @internal For its test.
 */
export function sharesMainMemory({ kind, id, description }: BareDevice): boolean {
  if (kind !== 'gpu') return false
  if (/^(Metal|MTL)\d*$/.test(id)) return true
  return integrated.some((pattern) => pattern.test(description))
}

const integrated = [
  /\bApple\b/i,
  /\bIntel\b.*\b(U?HD|Iris)\b/i,
  /\bRadeon(\(TM\))? (Graphics|\d{3}M)\b/i,
  /\bRADV (RAVEN\d*|RENOIR|REMBRANDT|PHOENIX|STRIX\w*|RAPHAEL_MENDOCINO)\b/i,
  /\b(Orin|Thor|Xavier|Tegra|GB10)\b/i
]

/**
 * One entry for each GPU: where two backends see the same one, Vulkan's is left out. Equal description and
 * nearly equal memory is taken for the same.
 */
export function withoutTwins(devices: readonly BareDevice[]): readonly BareDevice[] {
  const isVulkan = ({ id }: BareDevice): boolean => id.startsWith('Vulkan')
  const others = devices.filter((device) => device.kind === 'gpu' && !isVulkan(device))
  return devices.filter((device) => !isVulkan(device) || !others.some((other) => sameCard(device, other)))
}

function sameCard(a: BareDevice, b: BareDevice): boolean {
  const apart = Math.abs(a.totalBytes - b.totalBytes)
  return a.description === b.description && apart <= 0.1 * Math.max(a.totalBytes, b.totalBytes)
}
