import { z } from 'zod'
import { configSchema } from './schema.ts'
import { type SettingFacts, settingFacts } from './setting-facts.ts'

/** One setting: where it stands in the config, its facts, and its default. */
export interface Setting extends SettingFacts {
  /** Path in the config and in config.json. */
  readonly path: readonly string[]
  /** As config.json would have it: `7777`, `"15m"`, `null`. */
  readonly default: unknown
}

/** Every setting, in the order of the schema. config.json can give all of them. */
export const settings: readonly Setting[] = leaves(configSchema.shape, [])

function leaves(shape: Readonly<Record<string, z.core.$ZodType>>, path: readonly string[]): readonly Setting[] {
  return Object.entries(shape).flatMap(([key, schema]): readonly Setting[] => {
    const here = [...path, key]
    const section = unwrapSection(schema)
    if (section !== null) return leaves(section.shape, here)
    const facts = settingFacts.get(schema)
    if (facts === undefined || !hasDefault(schema)) {
      throw new Error(`the setting ${here.join('.')} lacks its facts or its default`)
    }
    return [{ ...facts, path: here, default: schema.def.defaultValue }]
  })
}

/** The object behind `.prefault({})`; null for the value of a setting. */
function unwrapSection(schema: z.core.$ZodType): z.ZodObject | null {
  const inner = schema instanceof z.ZodPrefault ? schema.unwrap() : schema
  return inner instanceof z.ZodObject ? inner : null
}

function hasDefault(schema: z.core.$ZodType): schema is z.ZodDefault | z.ZodPrefault {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
}

/**
 * The JSON schema of config.json, for editors. It accepts all that `parseConfig` accepts and somewhat more: it cannot
 * check what text becomes once it is parsed.
 */
export function configJsonSchema(): object {
  const { $schema, properties, ...rest } = z.toJSONSchema(configSchema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      const facts = settingFacts.get(zodSchema)
      if (facts === undefined || !hasDefault(zodSchema)) return
      jsonSchema.description = describeSetting(facts)
      // Zod leaves it out where the value is transformed.
      jsonSchema.default = zodSchema.def.defaultValue
    }
  })
  return {
    $schema,
    title: 'config.json of Unhosted',
    ...rest,
    properties: { $schema: { type: 'string', description: 'Where this schema is, for editors' }, ...properties }
  }
}

/** `Name that other machines see. Default: the host name.` */
function describeSetting({ describe, byDefault }: SettingFacts): string {
  return byDefault === undefined ? `${describe}.` : `${describe}. Default: ${byDefault}.`
}
