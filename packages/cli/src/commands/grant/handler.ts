import type { GrantedView } from '@unhosted/core/control'
import { safeLine } from '@unhosted/terminal'
import type { Handler } from '../../command/context.ts'
import type { options, positionals } from './index.ts'

export const handle: Handler<typeof options, typeof positionals> = async (args, { client, output, signal }) => {
  const { peer, requests = null, memory = null } = args
  const granted = await client.grant({ peer, infer: requests, pool: memory }, { signal })
  output.result({ granted }, () => renderGrants(granted))
}

export function renderGrants({ name, radius, grants }: GrantedView): string {
  const may = [grants.infer ? 'send requests' : null, grants.pool ? 'borrow memory' : null].filter(
    (one) => one !== null
  )
  return `${safeLine(name)} (${radius}) ${may.length === 0 ? 'has no grants here' : `may ${may.join(' and ')} here`}.`
}
