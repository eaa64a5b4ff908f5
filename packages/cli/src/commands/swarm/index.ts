import type { CommandGroup } from '../../command/spec.ts'
import { close } from './close/index.ts'
import { deploy } from './deploy/index.ts'
import { lanes } from './lanes/index.ts'
import { open } from './open/index.ts'
import { release } from './release/index.ts'
import { stake } from './stake/index.ts'
import { topUp } from './top-up/index.ts'
import { unstake } from './unstake/index.ts'
import { use } from './use/index.ts'

export const swarm: CommandGroup = {
  name: 'swarm',
  summary: 'The public swarm: contracts, lanes and stakes on a chain',
  commands: [use, deploy, lanes, open, topUp, close, release, stake, unstake]
}
