import { z } from 'zod'

/** What is known of one setting beside its bounds and its default, which its schema holds. */
export interface SettingFacts {
  /** Command-line flag of `serve` without dashes, camelCase as yargs gives it; null where there is none. */
  readonly flag: string | null
  /** Environment variable; null where there is none. */
  readonly environment: string | null
  /** How the value is called in help: `PORT`, `12GiB|80%`. null for a toggle. */
  readonly placeholder: string | null
  /** What it does, with its unit: a phrase for `--help`, docs/settings.md and the schema of config.json. */
  readonly describe: string
  /** What the default means, where its value (`null`, an empty list) does not say it. */
  readonly byDefault?: string
}

/** Facts of each setting, by the schema of its value. */
export const settingFacts = z.registry<SettingFacts>()
