export { createInventory, type InventoryOptions, type InventorySource } from './inventory-source.ts'
