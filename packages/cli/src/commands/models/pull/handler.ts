import { formatBytes } from '@unhosted/core/units'
import { silentLog } from '@unhosted/node/log'
import { createModelStore } from '@unhosted/node/models'
import { prepareHome } from '@unhosted/node/store'
import { createProgressBar, safeLine } from '@unhosted/terminal'
import type { Handler } from '../../../command/context.ts'
import { renderRate } from '../../../render/facts.ts'
import type { options, positionals } from './index.ts'

export const handle: Handler<typeof options, typeof positionals> = async (args, { paths, output, signal }) => {
  await prepareHome(paths)
  const bar = createProgressBar(output, safeLine(args.reference))
  try {
    const model = await createModelStore({ paths, log: silentLog }).pull(args.reference, {
      ...(args.name !== undefined && { name: args.name }),
      signal,
      onProgress: ({ doneBytes, totalBytes, bytesPerSecond }) => {
        const amount = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`
        bar.update(doneBytes, totalBytes, bytesPerSecond > 0 ? `${amount}, ${renderRate(bytesPerSecond)}` : amount)
      }
    })
    bar.close()
    output.result(
      { model },
      () => `Pulled ${safeLine(args.name ?? model.names[0] ?? model.id)} (${formatBytes(model.sizeBytes)}).`
    )
  } finally {
    bar.close()
  }
}
