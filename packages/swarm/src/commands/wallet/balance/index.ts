import { defineCommand } from '@unhosted/terminal'
import { chainOptions } from '../../../options/index.ts'

export const balance = defineCommand({
  name: 'balance',
  summary: 'Show the balance of the wallet: in hand, deposited, in lanes, earned and staked',
  positionals: {},
  options: chainOptions,
  examples: [['unhosted wallet balance', '']],
  load: () => import('./handler.ts')
})
