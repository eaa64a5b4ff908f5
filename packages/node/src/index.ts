export { version } from './base/version.ts'
export { type NodeOptions, type RunningNode, startNode } from './node.ts'
