import type { FoundEngine } from '@unhosted/node/engine'
import { type Colours, safeLine } from '@unhosted/terminal'
import type { Handler } from '../../../command/context.ts'
import { lookForEngine } from '../../../setup/engine.ts'

export const handle: Handler<Record<never, never>, Record<never, never>> = async (_, context) => {
  const found = await lookForEngine(context)
  context.output.result(found, () => renderEngine(found, context.output.colours))
}

export function renderEngine({ engine, considered, gpuNotes }: FoundEngine, colours: Colours): string {
  const lines =
    engine === null
      ? [
          'The engine is not built yet. Build it with: unhosted engine build',
          '(unhosted serve and unhosted demo also build it.)'
        ]
      : [
          `${colours.dim('engine')}  ${engine.version}`,
          `${colours.dim('from')}    ${engine.source}`,
          `${colours.dim('folder')}  ${engine.directory}`
        ]
  for (const note of gpuNotes) lines.push('', `${colours.yellow('warning:')} ${safeLine(note)}`)
  if (considered.length > 0) {
    lines.push('', colours.dim('Not used'))
    for (const { path, problem } of considered) lines.push(`  ${safeLine(path)}: ${safeLine(problem)}`)
  }
  return lines.join('\n')
}
