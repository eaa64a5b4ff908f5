import { join } from 'node:path'
import type { HomePaths } from '@unhosted/node/store'

/**
 * What the swarm keeps in the home folder, drawn:
 *
 *     ~/.unhosted/
 *       wallet/                   0700  keystores (Web3 Secret Storage v3): payer, lane-signer, job-key
 *       swarm/chain.json          0600  RPC endpoint and contracts that the swarm uses
 *       swarm/journal/            0700  transactions that were signed, until they are confirmed
 */
export interface SwarmPaths {
  readonly wallet: string
  readonly chain: string
  readonly journal: string
}

export function swarmPaths({ home }: Pick<HomePaths, 'home'>): SwarmPaths {
  return {
    wallet: join(home, 'wallet'),
    chain: join(home, 'swarm', 'chain.json'),
    journal: join(home, 'swarm', 'journal')
  }
}
