import { BaseError } from '@unhosted/core/errors'
import type { LazyGroup } from '../command/entry.ts'

type Commands = typeof import('@unhosted/swarm/commands')

/** Commands of the public swarm. The package is loaded only when one of them runs, because it brings a chain client. */
async function load(): Promise<Commands> {
  try {
    return await import('@unhosted/swarm/commands')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new BaseError('SWARM_MISSING', 'The package @unhosted/swarm is not installed.', { cause: error })
  }
}

export const wallet: LazyGroup = {
  name: 'wallet',
  summary: 'Manage the keys and the USDC for the public swarm',
  load: async () => (await load()).walletCommands
}

export const swarm: LazyGroup = {
  name: 'swarm',
  summary: 'Manage the contracts, payment lanes and stakes of the public swarm',
  load: async () => (await load()).swarmCommands
}
