import type { Device, Inventory } from './schema.ts'

/** Changes of memory below this share of what there was are noise that nobody needs to be told. */
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
  // Of the amount itself, not of the device: a small limit may be lent whole on a large device.
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(a, b) * noiseFraction
  return near(before.usableBytes, after.usableBytes) && near(before.lendableBytes, after.lendableBytes)
}
