import { expect, it } from 'vitest'
import { parseLcov } from './lcov.ts'

const report = `TN:
SF:contracts/A.sol
DA:3,7
DA:4,0
FN:3,A.f
FNDA:7,A.f
BRDA:4,0,0,-
BRDA:4,0,1,2
BRDA:9,1,0,0
end_of_record
TN:
SF:contracts/B.sol
DA:1,1
end_of_record
`

it('counts lines and branches, and names the missed ones', () => {
  expect(parseLcov(report)).toEqual([
    { path: 'contracts/A.sol', lines: 2, branches: 3, missedLines: [4], missedBranches: [4, 9] },
    { path: 'contracts/B.sol', lines: 1, branches: 0, missedLines: [], missedBranches: [] }
  ])
})

it('finds nothing in an empty report', () => {
  expect(parseLcov('')).toEqual([])
})
