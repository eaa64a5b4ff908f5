import { describe, expect, it } from 'vitest'
import { microUsdc } from '../../units.ts'
import { digest, structHash } from './typed-data.ts'

const h = (byte: string) => `0x${byte.repeat(32)}` as const
describe('typed data', () => {
  it('digest', () => {
    const v = { laneId: h('ab'), cumulative: microUsdc(7n), ledgerHead: h('cd') }
    expect(structHash('Voucher', v)).toMatch(/^0x[0-9a-f]{64}$/)
    expect(
      digest('Voucher', v, { chainId: 1, swarmLanes: `0x${'11'.repeat(20)}`, providerStake: `0x${'22'.repeat(20)}` })
    ).toMatch(/^0x/)
  })
})
