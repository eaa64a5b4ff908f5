import { safeLine } from '@unhosted/terminal'
import type { Handler } from '../../command/context.ts'

type Positionals = { readonly peer: { readonly describe: string; readonly required: true } }

export const handle: Handler<Record<never, never>, Positionals> = async ({ peer }, { client, output, signal }) => {
  const unpaired = await client.unpair({ peer }, { signal })
  output.result({ unpaired }, () => `${safeLine(unpaired.name)} is no longer paired.`)
}
