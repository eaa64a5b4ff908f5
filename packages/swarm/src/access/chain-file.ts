import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileError } from '@unhosted/node/base'
import { type HomePaths, readJsonFile, writeJsonFile } from '@unhosted/node/store'
import { formatDeployment, parseDeployment, type SwarmDeployment } from '@unhosted/swarm-contracts'
import { z } from 'zod'
import { BaseError } from '../errors/index.ts'
import { swarmPaths } from '../home/index.ts'

/** The chain that a home folder works with. */
export interface RememberedChain {
  /** May hold a key: never shown. */
  readonly rpcUrl: string
  readonly deployment: SwarmDeployment
}

const schema = z.object({ version: z.literal(1), rpcUrl: z.string().min(1).max(2048), deployment: z.unknown() })

/** @throws BaseError HOME_CORRUPT | HOME_UNUSABLE | DEPLOYMENT_MALFORMED */
export async function readChainFile(paths: HomePaths): Promise<RememberedChain | null> {
  const found = await readJsonFile(swarmPaths(paths).chain, schema.nullable(), null)
  if (found === null) return null
  return { rpcUrl: found.rpcUrl, deployment: parseDeployment(JSON.stringify(found.deployment)) }
}

/** @throws BaseError HOME_UNUSABLE | DISK_FULL */
export async function writeChainFile(paths: HomePaths, { rpcUrl, deployment }: RememberedChain): Promise<void> {
  const { chain } = swarmPaths(paths)
  try {
    await mkdir(dirname(chain), { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fileError(dirname(chain), error)
  }
  await writeJsonFile(chain, { version: 1, rpcUrl, deployment: JSON.parse(formatDeployment(deployment)) })
}

export function noChain(): BaseError {
  return new BaseError('SWARM_CHAIN_UNKNOWN', 'This home folder knows no chain yet.', {
    advice:
      'Name one with unhosted swarm use --rpc URL --deployment FILE, or deploy contracts with unhosted swarm deploy. For trying it out: npm run chain.'
  })
}
