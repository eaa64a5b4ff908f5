import { type Entry, type LazyEntry, loadEntries } from '../command/entry.ts'
import { completion } from './completion/index.ts'
import { demo } from './demo/index.ts'
import { doctor } from './doctor/index.ts'
import { engine } from './engine/index.ts'
import { grant } from './grant/index.ts'
import { models } from './models/index.ts'
import { pair } from './pair/index.ts'
import { peers } from './peers/index.ts'
import { plan } from './plan/index.ts'
import { run } from './run/index.ts'
import { serve } from './serve/index.ts'
import { status } from './status/index.ts'
import { stop } from './stop/index.ts'
import { swarm, wallet } from './swarm-package.ts'
import { unpair } from './unpair/index.ts'

/** Every command, in the order of the help. */
export const commands: readonly LazyEntry[] = [
  serve,
  pair,
  unpair,
  grant,
  peers,
  models,
  plan,
  run,
  status,
  wallet,
  swarm,
  engine,
  doctor,
  stop,
  demo,
  completion
]

/** The same with every lazy group loaded, for the reference. @throws BaseError SWARM_MISSING */
export function everyCommand(): Promise<readonly Entry[]> {
  return loadEntries(
    commands,
    commands.map(({ name }) => name)
  )
}
