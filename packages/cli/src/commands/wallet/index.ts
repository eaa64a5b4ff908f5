import type { CommandGroup } from '../../command/spec.ts'
import { address } from './address/index.ts'
import { balance } from './balance/index.ts'
import { create } from './create/index.ts'
import { deposit } from './deposit/index.ts'
import { importWallet } from './import/index.ts'
import { send } from './send/index.ts'
import { withdraw } from './withdraw/index.ts'

export const wallet: CommandGroup = {
  name: 'wallet',
  summary: 'The keys and the money for the public swarm',
  commands: [create, importWallet, address, balance, deposit, withdraw, send]
}
