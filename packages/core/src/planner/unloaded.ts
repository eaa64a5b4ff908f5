import type { Inventory } from '../facts/inventory/index.ts'
import { engineArguments } from './engine-arguments.ts'
import type { Plan } from './plan.ts'

/** The machine as it would be with these plans, all of one head, unloaded: what they hold there is free again. */
export function withUnloaded(inventory: Inventory, plans: readonly Plan[]): Inventory {
  const held = plans.flatMap((plan) => {
    const { leases, reservations } = engineArguments(plan)
    const own = reservations.map((reservation) => ({ ...reservation, peerId: plan.headPeerId }))
    return [...own, ...leases].filter(({ peerId }) => peerId === inventory.peerId)
  })
  const devices = inventory.devices.map((device) => {
    const freed = held.filter(({ deviceId }) => deviceId === device.id).reduce((sum, { bytes }) => sum + bytes, 0)
    const more = (bytes: number): number => Math.min(bytes + freed, device.totalBytes)
    const { freeBytes, usableBytes, lendableBytes } = device
    return {
      ...device,
      freeBytes: more(freeBytes),
      usableBytes: more(usableBytes),
      lendableBytes: more(lendableBytes)
    }
  })
  return { ...inventory, devices }
}
