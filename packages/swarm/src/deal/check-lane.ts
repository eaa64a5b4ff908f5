import type { Address, Hash, Lane, Seconds } from './objects.ts'
import { refusal } from './refusal.ts'
import type { Signed } from './schema.ts'
import { isSignedBy } from './signatures.ts'
import type { Deployment } from './typed-data.ts'

/** What SwarmLanes takes as the time between the start of a close and its end, and what clients open lanes with. */
export const closeWindowSeconds = { least: 3600, default: 86_400, most: 2_592_000 } as const

export interface LaneTerms {
  /** Who is to be paid through the lane. */
  readonly provider: Address
  /** The time that the provider wants for its last claim. */
  readonly leastCloseWindow: Seconds
}

/**
 * Whether a provider can work for vouchers of this lane. That it is open, and how much it holds, the chain says.
 * @throws BaseError LANE_PROVIDER_MISMATCH, LANE_WINDOW_UNSUITABLE
 */
export function checkLane(lane: Lane, { provider, leastCloseWindow }: LaneTerms): void {
  if (lane.provider !== provider) {
    throw refusal('LANE_PROVIDER_MISMATCH', `The lane pays ${lane.provider}, not ${provider}.`)
  }
  const least = Math.max(leastCloseWindow, closeWindowSeconds.least)
  if (lane.closeWindow < least || lane.closeWindow > closeWindowSeconds.most) {
    throw refusal(
      'LANE_WINDOW_UNSUITABLE',
      `The lane closes ${lane.closeWindow} s after its payer says so; ${least} to ${closeWindowSeconds.most} s are taken.`
    )
  }
}

export interface JobKeyTerms {
  readonly deployment: Deployment
  /** The key that consents. */
  readonly jobKey: Address
  readonly provider: Address
  readonly peerIdHash: Hash
}

/**
 * Whether a job key agrees to work for this provider as this peer.
 * @throws BaseError JOB_KEY_MISMATCH, JOB_KEY_SIGNATURE
 */
export function checkJobKey(signed: Signed<'JobKey'>, terms: JobKeyTerms): void {
  const { provider, peerIdHash } = signed.object
  if (provider !== terms.provider || peerIdHash !== terms.peerIdHash) {
    throw refusal('JOB_KEY_MISMATCH', `The key ${terms.jobKey} agrees to work for another provider or peer.`)
  }
  if (!isSignedBy('JobKey', signed, terms.deployment, terms.jobKey)) {
    throw refusal('JOB_KEY_SIGNATURE', `The consent to work for ${provider} is not signed by ${terms.jobKey}.`)
  }
}
