import type { Log } from '@unhosted/node/log'
import { type SwarmDeployment, verifySwarm } from '@unhosted/swarm-contracts'
import type { LocalAccount } from 'viem'
import {
  type AccountSender,
  type ChainConnection,
  type ChainConnectionOptions,
  createAccountSender,
  createChainConnection,
  defaultSendPolicy,
  type SendPolicy
} from '../chain/index.ts'
import { type Claims, createClaims, createLanes, type Lanes } from '../lanes/index.ts'
import { createDisputes, createStakes, type Disputes, type Stakes } from '../stakes/index.ts'

export interface SettlementOptions extends ChainConnectionOptions {
  readonly deployment: SwarmDeployment
  /** Pays for gas, deposits and earns. Never leaves this process. */
  readonly account: LocalAccount
  /** Holds the journal of transactions; must exist. */
  readonly folder: string
  readonly policy?: Partial<SendPolicy>
  readonly log: Log
}

/** One account of the swarm on one chain: everything that it can do there. */
export interface Settlement {
  readonly connection: ChainConnection
  readonly sender: AccountSender
  readonly lanes: Lanes
  readonly claims: Claims
  readonly stakes: Stakes
  readonly disputes: Disputes
  /**
   * Check that the chain is the right one and holds our contracts, byte for byte; then, in the background, find the
   * transactions that were signed before a crash or a stop, and see them through.
   * @throws BaseError CHAIN_WRONG_ID | CHAIN_UNREACHABLE | CHAIN_RPC_REFUSED | DEPLOY_UNVERIFIED
   * @throws BaseError DEPLOY_TOKEN_UNSUITABLE | CANCELLED
   */
  start(signal: AbortSignal): Promise<void>
  /** Ends what is in progress: callers get CANCELLED; what was signed stays in the journal. Idempotent. */
  stop(): Promise<void>
}

export function createSettlement(options: SettlementOptions): Settlement {
  const { deployment, account, folder, log } = options
  const connection = createChainConnection(options)
  const policy = { ...defaultSendPolicy, ...options.policy }
  const inner = createAccountSender({ connection, account, folder, policy, log })
  const stopping = new AbortController()
  const until = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, stopping.signal])
  const sender: AccountSender = {
    address: inner.address,
    send: (request, signal) => inner.send(request, until(signal)),
    resume: (signal) => inner.resume(until(signal))
  }
  let resuming: Promise<void> | null = null

  const resume = async (signal: AbortSignal): Promise<void> => {
    for (const { operation, what, outcome } of await sender.resume(signal)) {
      if ('receipt' in outcome) log.info({ operation, what }, 'a transaction from before is confirmed')
      else if (!signal.aborted)
        log.warn({ operation, what, error: String(outcome.error) }, 'a transaction from before failed')
    }
  }

  return {
    connection,
    sender,
    lanes: createLanes({ connection, deployment, sender, account }),
    claims: createClaims({ connection, deployment, sender }),
    stakes: createStakes({ connection, deployment, sender }),
    disputes: createDisputes({ connection, deployment, sender }),
    async start(signal) {
      const ending = until(signal)
      await connection.checkChainId(ending)
      await connection.call('show its contracts', ending, (client) => verifySwarm(client, deployment))
      resuming ??= resume(ending).catch((error: unknown) => {
        if (!ending.aborted) log.error({ error: String(error) }, 'transactions from before could not be looked up')
      })
    },
    async stop() {
      stopping.abort()
      await resuming
    }
  }
}
