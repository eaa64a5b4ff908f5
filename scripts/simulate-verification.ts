import { calibrateNoise, type Noise, noiseTest } from '../packages/core/src/swarm/verification/noise-test.ts'
import {
  completion,
  inventPosition,
  judge,
  perturbed,
  sampler,
  unfiltered
} from '../packages/core/src/swarm/verification/testing/invented-model.ts'
import { frequency, seededRandom } from '../packages/core/src/swarm/verification/testing/seeded-random.ts'
import { zTest } from '../packages/core/src/swarm/verification/z-test.ts'

// The simulations behind the figures of packages/swarm/docs/verification.md that are too long for a test: a minute or two.

const noiseTrials = 200_000
const zTrials = 100_000
const random = seededRandom(2026)

/** Kurtosis infinite: normal over the root of a chi-square with 4 degrees of freedom, by its degrees. */
const studentT4 = (): number =>
  random.normal() / Math.sqrt(-Math.log((1 - random.uniform()) * (1 - random.uniform())) / 2)

/** False alarms of Test A over alpha = 1e-4, with K = 64. */
function falseAlarms(draw: () => number, clipped: boolean): number {
  const pairsOf = (count: number) =>
    Array.from({ length: count }, () => ({ claimed: -1000 + draw(), recomputed: -1000 }))
  const honest = pairsOf(500_000)
  const noise = clipped ? calibrateNoise(honest, 0.5) : unclipped(honest.map(({ claimed }) => claimed + 1000))
  return frequency(noiseTrials, () => noiseTest(pairsOf(64), noise, 1e-4).rejected) / 1e-4
}

function unclipped(differences: readonly number[]): Noise {
  const moment = (power: number) => differences.reduce((sum, each) => sum + each ** power, 0) / differences.length
  return { clip: 1e4, rms: Math.sqrt(moment(2)), kurtosis: moment(4) / moment(2) ** 2 }
}

for (const [name, draw] of Object.entries({
  normal: random.normal,
  laplace: random.laplace,
  'student t, 4': studentT4
})) {
  console.log(
    `Test A, ${name}: ${falseAlarms(draw, false).toFixed(1)} x alpha, clipped ${falseAlarms(draw, true).toFixed(1)} x`
  )
}

/** False alarms of the z-test over alpha, and the mean z of a model whose logits are off by 0.8 nats. */
for (const count of [8, 64]) {
  const positions = Array.from({ length: count }, () => inventPosition(random, 300))
  const judges = positions.map((position) => judge(position, unfiltered, 20))
  const honest = positions.map((position) => sampler(position, unfiltered))
  const counts = { '0.001': 0, '0.0001': 0 }
  for (let trial = 0; trial < zTrials; trial += 1) {
    const { pValue } = zTest(completion(honest, judges, random), 0, 1e-3)
    if (pValue < 1e-3) counts['0.001'] += 1
    if (pValue < 1e-4) counts['0.0001'] += 1
  }
  const ratios = Object.entries(counts).map(
    ([alpha, rejected]) => `${(rejected / zTrials / Number(alpha)).toFixed(1)} x ${alpha}`
  )
  let shift = 0
  for (let run = 0; run < 500; run += 1) {
    const other = positions.map((position) => sampler(perturbed(position, 0.8, random), unfiltered))
    shift += zTest(completion(other, judges, random), 0, 1e-3).z / Math.sqrt(count) / 500
  }
  console.log(`z-test, K = ${count}: ${ratios.join(', ')}; logits off by 0.8 nats: ${shift.toFixed(2)} SD a position`)
}
