import { type HealthWarning, healthWarning } from '@unhosted/core/control'
import { isBaseError } from '@unhosted/core/errors'
import { type Colours, safeLine } from '@unhosted/terminal'
import type { CommandContext, Handler } from '../../command/context.ts'
import { readConfig } from '../../setup/read-config.ts'
import { type Check, fromError, fromWarning, ok } from './check.ts'
import { checkClock, checkDisk, checkEngine, checkHome, checkPort } from './local-checks.ts'

export const handle: Handler<Record<never, never>, Record<never, never>> = async (_, context) => {
  const checks: Check[] = [await checkHome(context.paths), await checkClock(Date.now()), await checkDisk(context.paths)]
  checks.push(...(await checkEngine(context)))
  const daemon = await askDaemon(context)
  checks.push(...(daemon ?? (await checkWithoutDaemon(context))))
  context.output.result({ checks }, () => renderChecks(checks, context.output.colours))
  if (checks.some(({ state }) => state === 'error')) context.fail()
}

/** What the running daemon knows; null where none runs. */
async function askDaemon({ client, signal }: CommandContext): Promise<readonly Check[] | null> {
  try {
    const { endpoint, pid } = await client.status({ signal })
    const [known, { warnings, peers }] = await Promise.all([client.doctor({ signal }), client.peers({ signal })])
    const seen = peers.filter(({ state }) => state !== 'offline').length
    const found = seen === 0 ? [] : [ok('discovery', `Found ${seen} other ${seen === 1 ? 'machine' : 'machines'}.`)]
    return [
      ok('daemon', `Running as process ${pid} on ${endpoint}.`),
      ...found,
      ...unique([...known, ...warnings]).map((warning) => fromWarning(warning))
    ]
  } catch (error) {
    if (isBaseError(error, 'DAEMON_NOT_RUNNING')) return null
    if (isBaseError(error) && error.code !== 'CANCELLED') return [fromError('daemon', error)]
    throw error
  }
}

function unique(warnings: readonly HealthWarning[]): readonly HealthWarning[] {
  return [...new Map(warnings.map((warning) => [warning.id, warning])).values()]
}

async function checkWithoutDaemon(context: CommandContext): Promise<readonly Check[]> {
  const idle = fromWarning(healthWarning('daemon-stopped', {}), 'daemon')
  try {
    const { gateway, p2p } = await readConfig({}, context)
    const ports = [
      checkPort('endpoint-port', gateway.host, gateway.port, '--port'),
      checkPort('peer-port', p2p.addresses[0] ?? '0.0.0.0', p2p.port, '--p2p-port')
    ]
    return [ok('config', 'The settings are valid.'), ...(await Promise.all(ports)), idle]
  } catch (error) {
    if (!isBaseError(error)) throw error
    return [fromError('config', error), idle]
  }
}

export function renderChecks(checks: readonly Check[], colours: Colours): string {
  const marks = {
    ok: colours.green('ok     '),
    info: colours.cyan('note   '),
    warning: colours.yellow('warning'),
    error: colours.red('error  ')
  }
  const width = Math.max(...checks.map(({ id }) => id.length))
  return checks
    .map(({ id, state, text, advice }) => {
      const line = `${marks[state]}  ${id.padEnd(width)}  ${safeLine(text)}`
      return advice === null ? line : `${line}\n${' '.repeat(width + 11)}${safeLine(advice)}`
    })
    .join('\n')
}
