export * from './chunk-tree.ts'
export * from './flip-test.ts'
export * from './noise-test.ts'
export * from './token-leaf.ts'
