import type { Log } from '@unhosted/node/log'
import type { LocalAccount } from 'viem'
import type { Address } from '../deal/index.ts'
import type { ChainConnection } from './connection.ts'
import type { Journal } from './journal.ts'

export interface SendPolicy {
  /** The most that you pay, wei per gas, tip included. */
  readonly maxFeePerGas: bigint
  /** Added to what a transaction is estimated to use. */
  readonly gasMarginPercent: number
  /** A transaction that is not mined after this is replaced by one that pays 12.5 % more, ms. */
  readonly stuckAfterMs: number
  /** Between two looks for a receipt, ms. */
  readonly pollMs: number
  /** Blocks that must hold a transaction before it counts; 1 is its own. */
  readonly confirmations: number
  /** After this the caller gets TX_PENDING, ms; the transaction stays in the journal. */
  readonly patienceMs: number
}

export interface AccountSenderOptions {
  readonly connection: ChainConnection
  readonly account: LocalAccount
  /** Holds the journal; must exist. */
  readonly folder: string
  readonly policy: SendPolicy
  readonly log: Log
}

/** What the parts of a sender share. */
export interface SenderContext extends AccountSenderOptions {
  readonly journal: Journal
  readonly address: Address
}
