import { safeLine } from '@unhosted/terminal'
import type { Handler } from '../../command/context.ts'
import type { positionals } from './index.ts'

export const handle: Handler<Record<never, never>, typeof positionals> = async (
  { peer },
  { client, output, signal }
) => {
  const unpaired = await client.unpair({ peer }, { signal })
  output.result({ unpaired }, () => `${safeLine(unpaired.name)} is no longer paired.`)
}
