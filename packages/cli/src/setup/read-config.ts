import { type Config, parseConfig } from '@unhosted/core/config'
import { readJsonFile } from '@unhosted/node/store'
import { z } from 'zod'
import type { CommandContext } from '../command/context.ts'

/**
 * Flags, environment and config.json of the home folder, as one config.
 * @throws BaseError CONFIG_INVALID | HOME_CORRUPT | HOME_UNUSABLE
 */
export async function readConfig(
  flags: Readonly<Record<string, unknown>>,
  { paths, environment }: Pick<CommandContext, 'paths' | 'environment'>
): Promise<Config> {
  const content = await readJsonFile(paths.config, z.unknown(), null)
  const file = content === null ? null : { path: paths.config, content }
  return parseConfig({ flags, environment, file })
}
