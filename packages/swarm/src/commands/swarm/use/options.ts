import type { OptionSpecs } from '@unhosted/terminal'
import { chainOptions } from '../../../options/index.ts'

export const options = {
  ...chainOptions,
  rpc: {
    type: 'string',
    placeholder: 'URL',
    describe: "The chain's JSON-RPC endpoint; may hold a key, which is shown nowhere"
  }
} as const satisfies OptionSpecs
