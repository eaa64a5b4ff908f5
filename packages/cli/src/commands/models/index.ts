import type { CommandGroup } from '../../command/entry.ts'
import { importModel } from './import/index.ts'
import { ls } from './ls/index.ts'
import { pull } from './pull/index.ts'
import { rm } from './rm/index.ts'
import { show } from './show/index.ts'

export const models: CommandGroup = {
  name: 'models',
  summary: 'The model files in the home folder',
  commands: [ls, importModel, pull, rm, show]
}
