import { defineCommand } from '@unhosted/terminal'
import { options } from './options.ts'

export const deploy = defineCommand({
  name: 'deploy',
  summary: 'Put the contracts of the swarm on a chain, check them there, and use them',
  details: [
    'Whoever deploys gets no rights: the contracts have no owner and cannot be changed. They have not been audited by others; deploy them to chains where money is worth nothing.'
  ],
  positionals: {},
  options,
  examples: [['unhosted swarm deploy --rpc http://127.0.0.1:8545 --chain 31337 --usdc mock', 'on a chain of your own']],
  load: () => import('./handler.ts')
})
