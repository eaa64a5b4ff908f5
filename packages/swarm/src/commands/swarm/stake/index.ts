import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const stake = defineCommand({
  name: 'stake',
  summary: 'Show what this machine stands to lose as a provider, or stake USDC',
  details: [
    'The first stake also binds the job key of the wallet and the id of this machine to it. That key answers with the stake for every quote and receipt that it signs, for ever.',
    'A stake comes back 7 days after unhosted swarm unstake, unless a dispute is open. It is lost by contradicting receipts, by a charge above the signed quote, and by a guilty verdict of the panel that a quote names.'
  ],
  positionals,
  options,
  examples: [
    ['unhosted swarm stake', 'show it'],
    ['unhosted swarm stake 20', 'stake 20 USDC more']
  ],
  load: () => import('./handler.ts')
})
