import { type BareDevice, type DeviceLimit, deviceLimits, type MemoryPolicy } from '@unhosted/core/memory'

/** What the owner allows of each device of this machine, as of the last look at them. */
export interface DeviceLimits {
  readonly policy: MemoryPolicy
  /** The devices are these from now on. */
  seen(devices: readonly BareDevice[]): void
  /** undefined where there is no such device, and before the first look. */
  of(deviceId: string): DeviceLimit | undefined
}

export function createDeviceLimits(policy: MemoryPolicy): DeviceLimits {
  let limits: ReadonlyMap<string, DeviceLimit> = new Map()
  return {
    policy,
    seen(devices) {
      limits = deviceLimits(devices, policy)
    },
    of: (deviceId) => limits.get(deviceId)
  }
}
