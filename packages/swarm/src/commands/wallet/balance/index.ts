import { defineCommand } from '@unhosted/terminal'
import { chainOptions } from '../../../options/index.ts'

export const balance = defineCommand({
  name: 'balance',
  summary: 'Show what the wallet has: in hand, deposited, in lanes, earned, staked',
  positionals: {},
  options: chainOptions,
  examples: [['unhosted wallet balance', '']],
  load: () => import('./handler.ts')
})
