import { type Setting, settings } from '@unhosted/core/config'
import type { OptionSpec, OptionSpecs } from '@unhosted/terminal'

/** A flag for each setting that has one: a flag given here is the top layer of the config. */
export const options = {
  ...Object.fromEntries(settings.flatMap(flagOf)),
  untilStdinEnds: { type: 'boolean', describe: 'Stop when standard input ends: for programs that start a daemon' }
} as const satisfies OptionSpecs

function flagOf(setting: Setting): readonly (readonly [name: string, spec: OptionSpec])[] {
  if (setting.flag === null) return []
  const describe = `${setting.describe}. Default: ${defaultText(setting)}`
  // Text even where a number is meant: the schema of the config parses and bounds it.
  const spec: OptionSpec =
    setting.placeholder === null
      ? { type: 'boolean', describe }
      : { type: 'string', placeholder: setting.placeholder, describe }
  return [[setting.flag, spec]]
}

function defaultText({ byDefault, default: value }: Setting): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return byDefault ?? String(value)
}
