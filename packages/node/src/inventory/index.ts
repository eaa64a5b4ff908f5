export { createDeviceLimits } from './device-limits.ts'
export { createInventory, type InventorySource } from './inventory-source.ts'
