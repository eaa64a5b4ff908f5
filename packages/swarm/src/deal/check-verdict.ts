import type { MicroUsdc } from '@unhosted/core/units'
import type { Address, CompactSignature, Hash, Panel, Verdict } from './objects.ts'
import { refusal } from './refusal.ts'
import { maxArbiters } from './schema.ts'
import { recoverSigner } from './signatures.ts'
import { arbiterSet, type Deployment } from './typed-data.ts'
import { formatUsdc } from './usdc-text.ts'

const nobody: Address = `0x${'00'.repeat(20)}`

/**
 * Whether a panel can come to a verdict. Stricter than ProviderStake, which counts a repeated arbiter once: here each
 * seat is another's, so that the threshold means what it says.
 * @throws BaseError PANEL_UNSOUND
 */
export function checkPanel({ arbiters, threshold }: Panel): void {
  const seats = new Set(arbiters)
  const unsound =
    seats.has(nobody) ||
    seats.size !== arbiters.length ||
    arbiters.length > maxArbiters ||
    threshold < 1 ||
    threshold > arbiters.length
  if (!unsound) return
  throw refusal(
    'PANEL_UNSOUND',
    `${threshold} of ${arbiters.length} arbiters cannot judge, or one of them is named twice.`
  )
}

/** What is known of a dispute when a verdict on it comes. */
export interface VerdictTerms {
  readonly deployment: Deployment
  /** The job hash. */
  readonly disputeId: Hash
  /** What the quote names. */
  readonly arbiterSet: Hash
  readonly panel: Panel
  /** The most that goes back to the requester, as the dispute stands on the chain. */
  readonly refundCap: MicroUsdc
  /** What the panel was shown; null: who was not. */
  readonly evidenceRoot: Hash | null
}

/**
 * Whether a verdict can be carried to ProviderStake.
 * @throws BaseError VERDICT_DISPUTE_MISMATCH, VERDICT_PANEL_MISMATCH, PANEL_UNSOUND, VERDICT_EVIDENCE_MISMATCH,
 * VERDICT_REFUND, VERDICT_SIGNATURE, VERDICT_SIGNED_TWICE, VERDICT_TOO_FEW, SIGNATURE_MALFORMED
 */
export function checkVerdict(verdict: Verdict, signatures: readonly CompactSignature[], terms: VerdictTerms): void {
  const { disputeId, evidenceRoot } = verdict
  if (disputeId !== terms.disputeId) {
    throw refusal('VERDICT_DISPUTE_MISMATCH', 'The verdict is on another dispute.')
  }
  if (arbiterSet(terms.panel) !== terms.arbiterSet) {
    throw refusal('VERDICT_PANEL_MISMATCH', 'The panel is not the one that both sides signed for.')
  }
  checkPanel(terms.panel)
  if (terms.evidenceRoot !== null && evidenceRoot !== terms.evidenceRoot) {
    throw refusal('VERDICT_EVIDENCE_MISMATCH', 'The verdict rests on other evidence than what was shown.')
  }
  checkRefund(verdict, terms.refundCap)
  checkQuorum(verdict, signatures, terms)
}

function checkRefund({ guilty, refund }: Verdict, refundCap: MicroUsdc): void {
  const most = guilty ? refundCap : 0n
  if (refund <= most) return
  const why = guilty ? `at most ${formatUsdc(refundCap)} can go back` : 'it finds nobody guilty'
  throw refusal('VERDICT_REFUND', `The verdict refunds ${formatUsdc(refund)}, but ${why}.`)
}

function checkQuorum(object: Verdict, signatures: readonly CompactSignature[], terms: VerdictTerms): void {
  const { arbiters, threshold } = terms.panel
  const signers = new Set<string>()
  for (const signature of signatures) {
    const signer = recoverSigner('Verdict', { object, signature }, terms.deployment)
    if (!arbiters.includes(signer)) throw refusal('VERDICT_SIGNATURE', `${signer} signed, who is not of the panel.`)
    if (signers.has(signer)) throw refusal('VERDICT_SIGNED_TWICE', `${signer} signed more than once.`)
    signers.add(signer)
  }
  if (signers.size < threshold) {
    throw refusal('VERDICT_TOO_FEW', `${signers.size} of ${threshold} arbiters signed.`)
  }
}
