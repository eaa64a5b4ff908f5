import { type MicroUsdc, microUsdc, picoUsdc, toMicroRoundedDown } from '@unhosted/core/units'
import { charge, formatCharge, formatPricePerMillion, formatUsdc } from '../src/deal/index.ts'
import { auditRate, defaultAuditPolicy } from '../src/verification/audit-rate.ts'
import {
  expectedJobsUntilCaught,
  jobsUntilCaught,
  panelConviction,
  punishmentRate
} from '../src/verification/catching.ts'
import { flipPower, flipThreshold } from '../src/verification/flip-test.ts'
import { gasCost, leastLane } from '../src/verification/lane-size.ts'
import { noisePower, noiseThreshold } from '../src/verification/noise-test.ts'
import { type Ppm, ppm } from '../src/verification/probability.ts'
import {
  cheatingGain,
  leastAuditRate,
  leastStake,
  leastStakeAgainstSelfSlash,
  leastStakeForChallenger,
  splitSlashed
} from '../src/verification/stake-size.ts'
import { zPower, zThreshold } from '../src/verification/z-test.ts'

// Every table of figures in docs/verification.md and docs/economics.md, computed. The test holds the pages to it.

type Table = readonly [header: readonly string[], ...rows: (readonly string[])[]]

const share = (probability: number): string =>
  probability > 0.9995 ? '> 0.999' : probability < 0.0005 ? probability.toExponential(1) : probability.toFixed(3)
const percent = (probability: Ppm): string => `${Number((probability / 1e4).toFixed(4))} %`
const nothing = microUsdc(0n)
const odds = { audit: ppm(20_000), detection: ppm(900_000), conviction: ppm(950_000) }
const gain = cheatingGain(picoUsdc(400_000_000n), ppm(800_000))
/** An example, not a quotation: 0.006 gwei, ether at $2,500. */
const gasPrice = { weiPerGas: 6_000_000n, microUsdcPerEther: microUsdc(2_500_000_000n) }

const testA: Table = [
  ['positions K', 'kurtosis', 'rejects above', 'finds 1.5 times the noise', '2 times', '3 times'],
  ...[32, 64, 128, 256].flatMap((positions) =>
    [3, 6].map((kurtosis) => {
      const plan = { alpha: 1e-6, positions, kurtosis }
      const powers = [1.5, 2, 3].map((factor) => share(noisePower(plan, factor)))
      return [`${positions}`, `${kurtosis}`, `${noiseThreshold(plan).toFixed(2)} RMS`, ...powers]
    })
  )
]

const testB: Table = [
  ['positions K', 'rejects at', 'true alpha', 'finds 2.3 % flips', '4 %', '8 %', '46 %'],
  ...[64, 128, 256].map((positions) => {
    const plan = { alpha: 1e-5, positions, honestFlipRate: 0.002 }
    const powers = [0.023, 0.04, 0.08, 0.46].map((rate) => share(flipPower(plan, rate)))
    return [`${positions}`, `${flipThreshold(plan)} flips`, flipPower(plan, 0.002).toExponential(1), ...powers]
  })
]

const zTest: Table = [
  ['positions K', 'rejects beyond', 'finds a shift of 0.05 SD', '0.1 SD', '0.12 SD', '0.3 SD'],
  ...[64, 256, 1024, 4096].map((positions) => {
    const powers = [0.05, 0.1, 0.12, 0.3].map((mean) => share(zPower(1e-3, positions, 0.002, { mean, spread: 1 })))
    return [`${positions}`, zThreshold(1e-3, positions, 0.002).toFixed(2), ...powers]
  })
]

const prices = { inPico: picoUsdc(100_000n), cachedPico: picoUsdc(20_000n), outPico: picoUsdc(400_000n) }
const charged = (inTokens: number, cachedTokens: number, outTokens: number): readonly string[] => {
  const total = charge(prices, { inTokens, cachedTokens, outTokens })
  const counts = [inTokens, cachedTokens, outTokens].map((count) => count.toLocaleString('en-US'))
  return [
    ...counts,
    `${total.toLocaleString('en-US')} pico`,
    formatCharge(total),
    formatUsdc(toMicroRoundedDown(total))
  ]
}
const job: Table = [
  [
    `prompt, ${formatPricePerMillion(prices.inPico)}`,
    `cached, ${formatPricePerMillion(prices.cachedPico)}`,
    `generated, ${formatPricePerMillion(prices.outPico)}`,
    'charge',
    'in USDC',
    'payable alone'
  ],
  charged(0, 0, 1),
  charged(0, 0, 2),
  charged(0, 0, 3),
  charged(500, 1500, 1000)
]

const catching: Table = [
  ['audits', 'detection', 'conviction', 'q', 'jobs on average', '99 % within'],
  ...[
    odds,
    { ...odds, audit: ppm(10_000) },
    { ...odds, audit: ppm(100_000) },
    { ...odds, audit: ppm(1_000_000) },
    { ...odds, detection: ppm(200_000) }
  ].map((each) => {
    const q = punishmentRate(each)
    const jobs = [expectedJobsUntilCaught(q).toFixed(0), jobsUntilCaught(q, 0.99).toString()]
    return [
      percent(each.audit),
      percent(each.detection),
      percent(each.conviction),
      Number(q.toFixed(6)).toString(),
      ...jobs
    ]
  })
]

const stake: Table = [
  ['job', 'gain of cheating', 'audits', 'stake', 'stake, if it can slash itself first'],
  ...[
    { charged: 400_000_000n, audit: ppm(20_000) },
    { charged: 400_000_000n, audit: ppm(200_000) },
    { charged: 40_000_000_000n, audit: ppm(20_000) },
    { charged: 1_000_000_000_000n, audit: ppm(20_000) }
  ].map((each) => {
    const stakes = { gain: cheatingGain(picoUsdc(each.charged), ppm(800_000)), forfeit: nothing }
    const needed = [leastStake, leastStakeAgainstSelfSlash].map((of) =>
      formatUsdc(of(stakes, { ...odds, audit: each.audit }))
    )
    return [formatCharge(picoUsdc(each.charged)), formatCharge(stakes.gain), percent(each.audit), ...needed]
  })
]

const auditByStake: Table = [
  ['a verdict costs the provider', 'audit rate for the job of $0.0004', 'for one of $0.04', 'for one of $1.00'],
  ...[1000n, 5000n, 18_394n, 100_000n, 1_000_000n, 10_000_000n].map((lost) => [
    formatUsdc(microUsdc(lost)),
    ...[400_000_000n, 40_000_000_000n, 1_000_000_000_000n].map((each) => {
      const stakes = { gain: cheatingGain(picoUsdc(each), ppm(800_000)), forfeit: nothing }
      const rate = leastAuditRate(stakes, microUsdc(lost), odds)
      return rate === null ? 'none is enough' : percent(rate)
    })
  ])
]

const auditByRecord: Table = [
  ['audits passed', 'never failed', 'since one failure', 'since a second failure'],
  ...[0, 20, 60, 180, 380, 2000].map((passed) => [
    passed.toLocaleString('en-US'),
    ...[0, 1, 2].map((failed) =>
      percent(
        auditRate(
          { gain, forfeit: nothing, lost: microUsdc(1_000_000n), ...odds },
          { passed, failed },
          defaultAuditPolicy
        ).rate
      )
    )
  ])
]

const panel: Table = [
  ['panel', 'each judges rightly and in time', 'convicts the guilty (b)'],
  ...(
    [
      [1, 1, 0.9],
      [3, 2, 0.8],
      [3, 2, 0.865],
      [3, 2, 0.9],
      [5, 3, 0.9],
      [7, 4, 0.9],
      [3, 2, 0.5]
    ] as const
  ).map(([arbiters, threshold, accuracy]) => [
    `${threshold} of ${arbiters}`,
    `${accuracy}`,
    panelConviction(arbiters, threshold, accuracy).toFixed(3)
  ])
]

const slashing: Table = [
  ['slashed', 'requester lost', 'refund', 'challenger', 'burned', 'lost by a provider that slashes itself'],
  ...(
    [
      [36_787n, 400n],
      [1_000_000n, 400n],
      [1_000_000n, 700_000n],
      [25_000_001n, 0n]
    ] as const
  ).map(([slashed, wanted]) => {
    const { refund, reward, burned } = splitSlashed(microUsdc(slashed), microUsdc(wanted))
    return [slashed, wanted, refund, reward, burned, burned].map((amount) => formatUsdc(microUsdc(amount)))
  })
]

const challenger: Table = [
  ['bond', 'conviction', 'gas of the dispute', 'least stake at risk'],
  ...(
    [
      [0n, 950_000],
      [1_000_000n, 950_000],
      [5_000_000n, 950_000],
      [5_000_000n, 991_440]
    ] as const
  ).map(([bond, conviction]) => {
    const cost = gasCost(177_000n + 105_000n, gasPrice)
    const least = leastStakeForChallenger({
      cost,
      bond: microUsdc(bond),
      refund: microUsdc(400n),
      conviction: ppm(conviction)
    })
    return [formatUsdc(microUsdc(bond)), percent(ppm(conviction)), formatUsdc(cost), formatUsdc(least)]
  })
]

/** A lane's life in gas, from the snapshot of the contracts. */
function lane(snapshot: Readonly<Record<string, string>>): Table {
  const gasOf = (...steps: readonly string[]): bigint =>
    steps.reduce((sum, step) => sum + BigInt(snapshot[step] ?? Number.NaN), 0n)
  const start = ['open', 'claim, first of this provider']
  const withdrawal = 'withdraw all earnings, to a new holder'
  const lives: readonly (readonly [string, bigint])[] = [
    ['the prototype', 280_000n],
    ['closed by the payer', gasOf(...start, 'start close', 'finish close', withdrawal)],
    ['released by the provider', gasOf(...start, 'release', withdrawal)],
    [
      'closed, with the first deposit',
      gasOf('deposit by EIP-3009, first of all', ...start, 'start close', 'finish close', withdrawal)
    ]
  ]
  const rounded = (gas: bigint): bigint => ((gas + 9999n) / 10_000n) * 10_000n
  const funding = (cost: MicroUsdc, overhead: Ppm): string => formatUsdc(leastLane(cost, overhead))
  return [
    ["a lane's life", 'gas, rounded up', 'at 0.006 gwei and $2,500', 'lane for 1 % overhead', 'for 5 %'],
    ...lives.map(([name, gas]) => {
      const cost = gasCost(rounded(gas), gasPrice)
      return [
        name,
        rounded(gas).toLocaleString('en-US'),
        formatUsdc(cost),
        funding(cost, ppm(10_000)),
        funding(cost, ppm(50_000))
      ]
    })
  ]
}

/** What stands between `<!-- figures: NAME -->` and `<!-- end -->`. */
export const documentedFigures = (gasSnapshot: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({
      'test A': testA,
      'test B': testB,
      'z-test': zTest,
      job,
      lane: lane(gasSnapshot),
      catching,
      stake,
      'audit by stake': auditByStake,
      'audit by record': auditByRecord,
      slashing,
      challenger,
      panel
    }).map(([name, table]) => [name, markdown(table)])
  )

function markdown([header, ...rows]: Table): string {
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return lines.join('\n')
}
