import { defineCommand } from '@unhosted/terminal'
import { options } from '../stake/options.ts'
import { positionals } from './options.ts'

export const unstake = defineCommand({
  name: 'unstake',
  summary: 'Ask stake back; seven days later, run it again without an amount',
  details: ['Until it has left, the stake can be lost as before. While a dispute is open, nothing leaves.'],
  positionals,
  options,
  examples: [
    ['unhosted swarm unstake 20', 'ask 20 USDC back'],
    ['unhosted swarm unstake', 'take what may leave by now']
  ],
  load: () => import('./handler.ts')
})
