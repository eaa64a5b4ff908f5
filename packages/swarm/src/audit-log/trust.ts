import type { Address, Deployment, Seconds } from '../deal/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { VerifierKey } from './note-keys.ts'

/** What whoever verifies a bundle knows from elsewhere. A bundle proves nothing that does not begin here. */
export interface AuditTrust {
  /** Key of the log, from its owner. */
  readonly log: VerifierKey
  /** Witnesses that are believed not to collude with the log. */
  readonly witnesses: readonly VerifierKey[]
  /** How many of them must have cosigned the last checkpoint. With 0 the log may show others another history. */
  readonly quorum: number
  /** The largest checkpoint of this log that was verified before, or null. */
  readonly seen: Checkpoint | null
  /** Cosignatures from later than this, and the tolerance, are refused. */
  readonly now: Seconds
  /** Where vouchers, jobs and the rest are valid. */
  readonly deployment: Deployment
  /** Who may sign quotes and receipts for a provider, as ProviderStake has it. */
  readonly jobKeys: readonly { readonly provider: Address; readonly key: Address }[]
  /** Whose log it is. Vouchers carry the head of the payer's: in a provider's log it is the head of another log. */
  readonly owner: 'payer' | 'provider'
}

/** How far a witness's clock may be ahead of ours, in seconds. */
export const clockTolerance: Seconds = 300
