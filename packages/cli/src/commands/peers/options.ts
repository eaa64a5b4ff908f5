import type { OptionSpecs } from '@unhosted/terminal'

export const options = {
  measure: { type: 'boolean', describe: 'Measure the link to each connected paired machine now' }
} as const satisfies OptionSpecs
