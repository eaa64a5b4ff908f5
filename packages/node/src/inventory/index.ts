export { createInventory, type InventorySource } from './inventory-source.ts'
