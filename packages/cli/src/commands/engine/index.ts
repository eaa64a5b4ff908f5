import type { CommandGroup } from '../../command/entry.ts'
import { build } from './build/index.ts'
import { path } from './path/index.ts'
import { status } from './status/index.ts'

export const engine: CommandGroup = {
  name: 'engine',
  summary: 'Manage llama.cpp, the engine that runs the models',
  commands: [status, build, path]
}
