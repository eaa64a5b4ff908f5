import type { CommandGroup } from '../../command/entry.ts'
import { importModel } from './import/index.ts'
import { ls } from './ls/index.ts'
import { pull } from './pull/index.ts'
import { rm } from './rm/index.ts'
import { show } from './show/index.ts'

export const models: CommandGroup = {
  name: 'models',
  summary: 'Manage the models on this machine',
  commands: [ls, importModel, pull, rm, show]
}
