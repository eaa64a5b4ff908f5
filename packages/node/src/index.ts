export { type NodeOptions, type RunningNode, startNode } from './node.ts'
export { version } from './version.ts'
