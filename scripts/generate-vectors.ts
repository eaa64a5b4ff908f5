import { writeFile } from 'node:fs/promises'
import { dealVectors } from '../packages/core/src/swarm/deal/testing/deal-vectors.ts'

await writeFile(
  new URL('../packages/swarm-contracts/vectors/deal.json', import.meta.url),
  `${JSON.stringify(dealVectors(), null, 2)}\n`
)
