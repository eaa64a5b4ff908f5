export { type SwarmPaths, swarmPaths } from './swarm-paths.ts'
