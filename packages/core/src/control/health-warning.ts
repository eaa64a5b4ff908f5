import { z } from 'zod'
import { maxTextLength } from '../errors/index.ts'
import { boundedText, type DeepReadonly } from '../shapes/index.ts'
import { type WarningSpec, warningTable } from './warning-table.ts'

export type WarningId = keyof typeof warningTable

/** The names between braces in a text of the table. */
type Blanks<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Blanks<Rest> : never
type BlanksOf<I extends WarningId> = Blanks<(typeof warningTable)[I]['text'] | (typeof warningTable)[I]['remedy']>

const isWarningId = (id: string): id is WarningId => Object.hasOwn(warningTable, id)

/**
 * One thing that is wrong or worth knowing, with what to do about it. Only `healthWarning` makes one, so that each
 * stands in the table.
 */
export const healthWarningSchema = z
  .object({
    id: z.string().max(64).refine(isWarningId, 'Not a known warning.'),
    severity: z.enum(['info', 'warning', 'error']),
    text: boundedText,
    advice: boundedText
  })
  .brand<'HealthWarning'>()
export type HealthWarning = DeepReadonly<z.output<typeof healthWarningSchema>>

/**
 * A warning of the table.
 * @param values what fills the blanks of its text and remedy
 */
export function healthWarning<I extends WarningId>(
  id: I,
  values: Readonly<Record<BlanksOf<I>, string>>
): HealthWarning {
  const { severity, text, remedy }: WarningSpec = warningTable[id]
  const fill = (template: string): string =>
    // One pass: braces in a value stay what they are.
    template
      .replace(/\{(\w+)\}/g, (blank, name: string) => {
        const value: unknown = Reflect.get(values, name)
        return typeof value === 'string' ? value : blank
      })
      .slice(0, maxTextLength)
  return healthWarningSchema.parse({ id, severity, text: fill(text), advice: fill(remedy) })
}
