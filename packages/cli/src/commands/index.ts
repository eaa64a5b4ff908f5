import type { Command, CommandGroup } from '../command/spec.ts'
import { pair } from './pair/index.ts'
import { peers } from './peers/index.ts'
import { serve } from './serve/index.ts'
import { status } from './status/index.ts'
import { stop } from './stop/index.ts'
import { unpair } from './unpair/index.ts'

/** Every command, in the order of the help. */
export const commands: readonly (Command | CommandGroup)[] = [serve, pair, unpair, peers, status, stop]
