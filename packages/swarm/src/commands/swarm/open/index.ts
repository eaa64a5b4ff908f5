import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const open = defineCommand({
  name: 'open',
  summary: 'Open a lane: set a part of the deposit aside for one provider',
  details: [
    'No tokens move: the amount goes from the free deposit to the lane. The lane signer of the wallet signs vouchers against it, and can lose no more than that. What is not claimed comes back when the lane is closed.'
  ],
  positionals,
  options,
  examples: [['unhosted swarm open 0x... 0.50', 'half a USDC']],
  load: () => import('./handler.ts')
})
