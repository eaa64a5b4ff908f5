import type { Command } from '../../options/types.ts'
import { address } from './address/index.ts'
import { balance } from './balance/index.ts'
import { create } from './create/index.ts'
import { deposit } from './deposit/index.ts'
import { importWallet } from './import/index.ts'
import { send } from './send/index.ts'
import { withdraw } from './withdraw/index.ts'

/** The commands under `unhosted wallet`. */
export const walletCommands: readonly Command[] = [create, importWallet, address, balance, deposit, withdraw, send]
