import { microUsdc, picoUsdc } from '@unhosted/core/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  caughtWithin,
  expectedJobsUntilCaught,
  jobsUntilCaught,
  type Odds,
  panelConviction,
  punishmentRate
} from './catching.ts'
import { gasCost, leastLane } from './lane-size.ts'
import { ppm, ppmRoundedDown, ppmRoundedUp } from './probability.ts'
import {
  cheatingGain,
  leastAuditRate,
  leastStake,
  leastStakeAgainstSelfSlash,
  leastStakeForChallenger,
  selfSlashCost,
  splitSlashed
} from './stake-size.ts'
import { frequency, seededRandom, tolerance } from './testing/seeded-random.ts'

const odds: Odds = { audit: ppm(20_000), detection: ppm(900_000), conviction: ppm(950_000) }
/** 1,000 tokens at $0.40 per million. */
const charge = picoUsdc(1000n * 400_000n)
const nothing = microUsdc(0n)

const anyPpm = fc.integer({ min: 1, max: 1_000_000 }).map(ppm)
const anyOdds = fc.record({ audit: anyPpm, detection: anyPpm, conviction: anyPpm })
const anyGain = fc.bigInt({ min: 0n, max: 10n ** 15n }).map(picoUsdc)
const anyMicro = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(microUsdc)

/** (1 - q) G - q (S + F), times 10^18, in pico-USDC: what a dishonest job earns on average. Exact. */
function profit(gain: bigint, stake: bigint, forfeit: bigint, { audit, detection, conviction }: Odds): bigint {
  const q = BigInt(audit) * BigInt(detection) * BigInt(conviction)
  return (10n ** 18n - q) * gain - q * (stake + forfeit) * 1_000_000n
}

describe('the example that the swarm was designed with', () => {
  it('has these odds', () => {
    const q = punishmentRate(odds)
    expect(q).toBeCloseTo(0.0171, 12)
    expect(expectedJobsUntilCaught(q)).toBeCloseTo(58.48, 2)
    expect(jobsUntilCaught(q, 0.99)).toBe(267)
  })

  it('needs a stake of $0.018', () => {
    const gain = cheatingGain(charge, ppm(800_000))
    expect(gain).toBe(320_000_000n)
    expect(leastStake({ gain, forfeit: nothing }, odds)).toBe(18_394n)
    expect(leastStakeAgainstSelfSlash({ gain, forfeit: nothing }, odds)).toBe(36_787n)
  })
})

describe('catching', () => {
  it('takes as long as it says', () => {
    const random = seededRandom(41)
    const trials = 10_000
    const q = 0.0171
    let jobs = 0
    const within100 = frequency(trials, () => {
      let job = 1
      while (random.uniform() >= q) job += 1
      jobs += job
      return job <= 100
    })
    expect(Math.abs(within100 - caughtWithin(q, 100))).toBeLessThan(tolerance(caughtWithin(q, 100), trials))
    // The standard deviation of a geometric time is about its mean.
    expect(Math.abs(jobs / trials - 1 / q)).toBeLessThan(4.5 / q / Math.sqrt(trials))
  })

  it('is asked for the least number of jobs', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 0.999, noNaN: true }),
        fc.double({ min: 0.01, max: 0.9999, noNaN: true }),
        (q, probability) => {
          const jobs = jobsUntilCaught(q, probability)
          expect(caughtWithin(q, jobs)).toBeGreaterThan(probability - 1e-12)
          expect(caughtWithin(q, jobs - 1)).toBeLessThan(probability + 1e-12)
        }
      )
    )
  })

  it.each([
    ['never', 0, 1000, 0],
    ['at once', 1, 1, 1],
    ['not by no job', 0.5, 0, 0]
  ])('%s', (_, q, jobs, expected) => {
    expect(caughtWithin(q, jobs)).toBeCloseTo(expected, 15)
  })

  it('takes no time when certain, for ever when impossible', () => {
    expect(jobsUntilCaught(1, 1)).toBe(1)
    expect(jobsUntilCaught(0, 0.5)).toBe(Number.POSITIVE_INFINITY)
    expect(expectedJobsUntilCaught(0)).toBe(Number.POSITIVE_INFINITY)
    expect(() => caughtWithin(1.1, 1)).toThrow(expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' }))
  })

  it('of a panel needs its threshold', () => {
    // 3 a^2 - 2 a^3.
    expect(panelConviction(3, 2, 0.9)).toBeCloseTo(0.972, 12)
    expect(panelConviction(1, 1, 0.7)).toBeCloseTo(0.7, 12)
    expect(panelConviction(3, 4, 0.9)).toBe(0)
  })
})

describe('stake', () => {
  it('leaves no profit, and one micro-USDC less leaves some', () => {
    fc.assert(
      fc.property(anyGain, anyMicro, anyOdds, (gain, forfeit, any) => {
        const stake = leastStake({ gain, forfeit }, any)
        expect(profit(gain, stake, forfeit, any)).toBeLessThanOrEqual(0n)
        if (stake > 0n) expect(profit(gain, stake - 1n, forfeit, any)).toBeGreaterThan(0n)
      })
    )
  })

  it('halved by slashing oneself still leaves none', () => {
    fc.assert(
      fc.property(anyGain, anyMicro, anyOdds, (gain, forfeit, any) => {
        const stake = leastStakeAgainstSelfSlash({ gain, forfeit }, any)
        expect(selfSlashCost(stake)).toBe(leastStake({ gain, forfeit }, any))
      })
    )
  })

  it('cannot deter whoever is never punished', () => {
    expect(() => leastStake({ gain: picoUsdc(1n), forfeit: nothing }, { ...odds, conviction: ppm(0) })).toThrow(
      expect.objectContaining({ code: 'STAKE_UNBOUNDED' })
    )
  })
})

describe('audit rate', () => {
  it('leaves no profit, and a millionth less leaves some', () => {
    fc.assert(
      fc.property(anyGain, anyMicro, anyMicro, anyPpm, anyPpm, (gain, lost, forfeit, detection, conviction) => {
        const audit = leastAuditRate({ gain, forfeit }, lost, { detection, conviction })
        if (audit === null) {
          expect(profit(gain, lost, forfeit, { audit: ppm(1_000_000), detection, conviction })).toBeGreaterThan(0n)
          return
        }
        expect(profit(gain, lost, forfeit, { audit, detection, conviction })).toBeLessThanOrEqual(0n)
        if (audit > 0) {
          const rarer = ppm(audit - 1)
          expect(profit(gain, lost, forfeit, { audit: rarer, detection, conviction })).toBeGreaterThan(0n)
        }
      })
    )
  })

  it('is what the least stake was reckoned with', () => {
    fc.assert(
      fc.property(anyGain, anyOdds, (gain, any) => {
        const stakes = { gain, forfeit: nothing }
        expect(leastAuditRate(stakes, leastStake(stakes, any), any)).toBeLessThanOrEqual(any.audit)
      })
    )
  })

  it('is none where there is nothing to gain, and null where nothing is found', () => {
    const none = { detection: ppm(0), conviction: ppm(1) }
    expect(leastAuditRate({ gain: picoUsdc(0n), forfeit: nothing }, nothing, none)).toBe(0)
    expect(leastAuditRate({ gain: picoUsdc(1n), forfeit: nothing }, nothing, none)).toBeNull()
  })
})

describe('a challenger', () => {
  it('who is right is paid for it on average, and with two micro-USDC less is not', () => {
    fc.assert(
      fc.property(anyMicro, anyMicro, anyMicro, anyPpm, (cost, bond, refund, conviction) => {
        const stake = leastStakeForChallenger({ cost, bond, refund, conviction })
        const earned = (slashed: bigint) =>
          BigInt(conviction) * (slashed / 2n - refund) - 1_000_000n * cost - (1_000_000n - BigInt(conviction)) * bond
        expect(earned(stake)).toBeGreaterThanOrEqual(0n)
        expect(earned(stake - 2n)).toBeLessThan(0n)
      })
    )
  })

  it('has no reason to ask a panel that never convicts', () => {
    const costs = { cost: nothing, bond: nothing, refund: nothing, conviction: ppm(0) }
    expect(() => leastStakeForChallenger(costs)).toThrow(expect.objectContaining({ code: 'STAKE_UNBOUNDED' }))
  })
})

describe('slashing', () => {
  it('adds up, and burns half, rounded up', () => {
    fc.assert(
      fc.property(anyMicro, anyMicro, (slashed, wanted) => {
        const { refund, reward, burned } = splitSlashed(slashed, wanted)
        expect(refund + reward + burned).toBe(slashed)
        expect(refund).toBeLessThanOrEqual(wanted)
        expect(burned - (refund + reward)).toBe(slashed % 2n)
        expect(reward === 0n || refund === wanted).toBe(true)
      })
    )
  })
})

describe('lane', () => {
  it('of $0.42 spends one per cent on gas', () => {
    const cost = gasCost(280_000n, { weiPerGas: 6_000_000n, microUsdcPerEther: microUsdc(2_500_000_000n) })
    expect(cost).toBe(4200n)
    expect(leastLane(cost, ppm(10_000))).toBe(420_000n)
  })

  it('rounds against the lane', () => {
    const price = { weiPerGas: 1n, microUsdcPerEther: microUsdc(1n) }
    expect(gasCost(1n, price)).toBe(1n)
    expect(leastLane(microUsdc(1n), ppm(999_999))).toBe(2n)
  })
})

describe('a probability', () => {
  it('is rounded the way its name says', () => {
    expect(ppmRoundedDown(0.924_702_9)).toBe(924_702)
    expect(ppmRoundedUp(0.000_000_1)).toBe(1)
  })

  it.each([-1, 0.5, 1_000_001, Number.NaN])('is not %f millionths', (value) => {
    expect(() => ppm(value)).toThrow(expect.objectContaining({ code: 'VERIFICATION_OUT_OF_RANGE' }))
  })
})
