import { resolve } from 'node:path'
import { formatBytes } from '@unhosted/core/units'
import { silentLog } from '@unhosted/node/log'
import { createModelStore } from '@unhosted/node/models'
import { prepareHome } from '@unhosted/node/store'
import { safeLine } from '@unhosted/terminal'
import type { Handler } from '../../../command/context.ts'
import type { options, positionals } from './index.ts'

export const handle: Handler<typeof options, typeof positionals> = async (args, { paths, output, signal }) => {
  await prepareHome(paths)
  output.note(`Checking ${safeLine(args.file)} ...`)
  const store = createModelStore({ paths, log: silentLog })
  const model = await store.import(resolve(args.file), {
    ...(args.name !== undefined && { name: args.name }),
    copy: args.copy === true,
    signal
  })
  output.result(
    { model },
    () => `Imported ${safeLine(args.name ?? model.names[0] ?? model.id)} (${formatBytes(model.sizeBytes)}).`
  )
}
