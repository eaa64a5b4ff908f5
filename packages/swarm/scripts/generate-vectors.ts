import { writeFile } from 'node:fs/promises'
import { dealVectors } from '../src/deal/testing/deal-vectors.ts'

await writeFile(
  new URL('../../swarm-contracts/vectors/deal.json', import.meta.url),
  `${JSON.stringify(dealVectors(), null, 2)}\n`
)
