import type { Command } from '../../options/types.ts'
import { close } from './close/index.ts'
import { deploy } from './deploy/index.ts'
import { lanes } from './lanes/index.ts'
import { open } from './open/index.ts'
import { release } from './release/index.ts'
import { stake } from './stake/index.ts'
import { topUp } from './top-up/index.ts'
import { unstake } from './unstake/index.ts'
import { use } from './use/index.ts'

/** The commands under `unhosted swarm`. */
export const swarmCommands: readonly Command[] = [use, deploy, lanes, open, topUp, close, release, stake, unstake]
