import type { OptionSpecs } from '@unhosted/terminal'

export const options = {
  force: { type: 'boolean', describe: 'Build again even where a good engine is in the cache' }
} as const satisfies OptionSpecs
