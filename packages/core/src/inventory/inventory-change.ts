import type { Device, Inventory } from './schema.ts'

/** Changes of free memory below this share of a device are noise that nobody needs to be told. */
const noiseFraction = 1 / 64

/** Whether peers and listeners should be told: anything but a small wobble of free memory. */
export function inventoryDiffers(before: Inventory, after: Inventory): boolean {
  return facts(before) !== facts(after) || !sameDevices(before.devices, after.devices)
}

function facts({ devices: _devices, ...rest }: Inventory): string {
  return JSON.stringify(rest)
}

function sameDevices(before: readonly Device[], after: readonly Device[]): boolean {
  return before.length === after.length && before.every((device, index) => sameDevice(device, after[index]))
}

function sameDevice(before: Device, after: Device | undefined): boolean {
  if (after === undefined || before.id !== after.id || before.description !== after.description) return false
  if (before.totalBytes !== after.totalBytes) return false
  const noise = before.totalBytes * noiseFraction
  const near = (a: number, b: number): boolean => a === b || (Math.abs(a - b) <= noise && a > 0 && b > 0)
  return near(before.usableBytes, after.usableBytes) && near(before.lendableBytes, after.lendableBytes)
}
