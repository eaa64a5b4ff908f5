import { describe, expect, it } from 'vitest'
import { laneId as idOf } from '../deal/index.ts'
import { devAccount, laneWith, nowhere, openLane, voucherOn } from '../testing/index.ts'
import { planClaims } from './plan-claims.ts'

const lane = laneWith()
const other = laneWith({ nonce: 1n })
const row = async (cumulative: bigint, of = lane, signer = devAccount(3)) => ({
  lane: of,
  voucher: await voucherOn(of, cumulative, { signer })
})
const states = (state = openLane(100n, 20n)) =>
  new Map([
    [idOf(lane), state],
    [idOf(other), state]
  ])

describe('planClaims', () => {
  it('sends what is new, funded and signed', async () => {
    const plan = planClaims([await row(50n), await row(100n, other)], states(), nowhere)
    expect(plan.good).toMatchObject([
      { index: 0, expected: 30n },
      { index: 1, expected: 80n }
    ])
    expect(plan.bad).toEqual([])
  })

  it.each([
    ['a lane that never was', openLane(0n, 0n, { status: 'unknown' }), 50n, 'UnknownLane'],
    ['a closed lane', openLane(100n, 20n, { status: 'closed' }), 50n, 'Closed'],
    ['what was claimed', openLane(100n, 50n), 50n, 'NothingNew'],
    ['more than the lane holds', openLane(49n), 50n, 'AboveFunding']
  ] as const)('leaves out %s', async (_, state, cumulative, reason) => {
    const plan = planClaims([await row(cumulative)], states(state), nowhere)
    expect(plan).toEqual({ good: [], bad: [{ index: 0, laneId: idOf(lane), reason }] })
  })

  it('leaves out what the signer did not sign, and still sends a closing lane', async () => {
    const state = openLane(100n, 0n, { status: 'closing', closesAt: 5 })
    const plan = planClaims([await row(50n, lane, devAccount(4)), await row(60n, other)], states(state), nowhere)
    expect(plan.bad).toMatchObject([{ index: 0, reason: 'BadSignature' }])
    expect(plan.good).toMatchObject([{ index: 1, expected: 60n }])
  })

  it('sends only the best good voucher of a lane', async () => {
    const rows = [await row(40n), await row(90n), await row(60n), await row(101n), await row(95n, lane, devAccount(4))]
    const plan = planClaims(rows, states(), nowhere)
    expect(plan.good).toMatchObject([{ index: 1, expected: 70n }])
    const reasons = new Map(plan.bad.map(({ index, reason }) => [index, reason]))
    expect(Object.fromEntries(reasons)).toEqual({
      0: 'NothingNew',
      2: 'NothingNew',
      3: 'AboveFunding',
      4: 'BadSignature'
    })
  })
})
