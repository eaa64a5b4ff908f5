import { type MicroUsdc, microUsdc, type PicoUsdc, picoUsdc } from '@unhosted/core/units'
import { BaseError } from '../errors/index.ts'
import type { Odds } from './catching.ts'
import { certain, type Ppm, ppm } from './probability.ts'

// What must be at stake so that cheating does not pay. Whole numbers throughout: every rounding is towards more stake
// and more audits. Derivation: packages/swarm/docs/economics.md.

const one = BigInt(certain)
const picoPerMicro = 1_000_000n

/** G: what a job that was charged `charge` leaves the provider if it saves the share `saved` of it. Rounded up. */
export const cheatingGain = (charge: PicoUsdc, saved: Ppm): PicoUsdc => picoUsdc(dividedUp(charge * BigInt(saved), one))

export interface Stakes {
  /** G: gain of one dishonest job. */
  readonly gain: PicoUsdc
  /** F: what a convicted provider loses beside its stake, as earnings not yet claimed. Never more than is certain. */
  readonly forfeit: MicroUsdc
}

/**
 * The least stake at risk in one verdict at which a dishonest job earns nothing on average:
 * S >= G (1 - q) / q - F, rounded up.
 * @throws BaseError STAKE_UNBOUNDED when q is 0
 */
export function leastStake({ gain, forfeit }: Stakes, { audit, detection, conviction }: Odds): MicroUsdc {
  const all = one ** 3n
  const q = BigInt(audit) * BigInt(detection) * BigInt(conviction)
  if (q === 0n) throw unbounded('A provider that is never punished is deterred by no stake.')
  const stake = dividedUp(gain * (all - q), q * picoPerMicro) - forfeit
  return microUsdc(stake < 0n ? 0n : stake)
}

/** How ProviderStake parts what it takes. */
export interface Slashing {
  readonly refund: MicroUsdc
  readonly reward: MicroUsdc
  readonly burned: MicroUsdc
}

/** Half is burned, rounded up; the other half refunds the requester first, and what is left rewards the challenger. */
export function splitSlashed(slashed: MicroUsdc, refundWanted: MicroUsdc): Slashing {
  const paid = slashed / 2n
  const refund = refundWanted < paid ? refundWanted : paid
  return { refund: microUsdc(refund), reward: microUsdc(paid - refund), burned: microUsdc(slashed - paid) }
}

/**
 * What a provider loses that slashes itself, being requester and challenger too: what is burned. No more than this
 * deters a provider that learns of a failed audit before the dispute is opened.
 */
export const selfSlashCost = (slashed: MicroUsdc): MicroUsdc => splitSlashed(slashed, microUsdc(0n)).burned

/** The least stake of which `selfSlashCost` still is `leastStake`. @throws BaseError STAKE_UNBOUNDED when q is 0 */
export function leastStakeAgainstSelfSlash(stakes: Stakes, odds: Odds): MicroUsdc {
  const loss = leastStake(stakes, odds)
  return microUsdc(loss === 0n ? 0n : 2n * loss - 1n)
}

export interface ChallengeCosts {
  /** Gas of the dispute and the work of the evidence. */
  readonly cost: MicroUsdc
  /** Lost when the panel does not convict, be it by silence. */
  readonly bond: MicroUsdc
  /** What of the slashed half goes to the requester before the challenger. */
  readonly refund: MicroUsdc
  /** b: the panel convicts a guilty provider. */
  readonly conviction: Ppm
}

/**
 * The least stake at risk for which a challenger who is right does not lose by it on average:
 * b (S / 2 - refund) >= cost + (1 - b) bond, rounded up. Below it nobody has a reason to dispute.
 * @throws BaseError STAKE_UNBOUNDED when b is 0
 */
export function leastStakeForChallenger({ cost, bond, refund, conviction }: ChallengeCosts): MicroUsdc {
  const b = BigInt(conviction)
  if (b === 0n) throw unbounded('A panel that never convicts rewards no challenger, whatever the stake.')
  return microUsdc(2n * (dividedUp(cost * one + (one - b) * bond, b) + refund))
}

/**
 * The least audit rate at which losing `lost` makes a dishonest job unprofitable, `leastStake` solved for p:
 * p >= G / ((G + S + F) d b), rounded up. It exceeds 1 where no audit rate is enough: then null.
 */
export function leastAuditRate(
  { gain, forfeit }: Stakes,
  lost: MicroUsdc,
  { detection, conviction }: Omit<Odds, 'audit'>
): Ppm | null {
  const inAll = gain + (lost + forfeit) * picoPerMicro
  const found = BigInt(detection) * BigInt(conviction)
  if (gain === 0n) return ppm(0)
  if (found === 0n) return null
  const rate = dividedUp(gain * one ** 3n, inAll * found)
  return rate > one ? null : ppm(Number(rate))
}

const dividedUp = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor

const unbounded = (what: string): BaseError =>
  new BaseError('STAKE_UNBOUNDED', what, {
    advice: 'Use an audit rate, a detection rate and a conviction rate above zero.'
  })
