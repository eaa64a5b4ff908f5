import type { OptionSpecs } from '@unhosted/terminal'

export const options = {
  requests: { type: 'boolean', describe: 'Send whole requests to models that this machine holds' },
  memory: { type: 'boolean', describe: 'Borrow memory for the layers of its own models' }
} as const satisfies OptionSpecs
