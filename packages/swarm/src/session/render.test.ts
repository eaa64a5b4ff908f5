import { microUsdc } from '@unhosted/core/units'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { FoundLane } from '../access/index.ts'
import type { Lane } from '../deal/index.ts'
import { renderLanes } from './render.ts'

const lane: Lane = {
  payer: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  provider: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  signer: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  closeWindow: 86_400,
  nonce: 0n
}
const found: FoundLane = {
  laneId: `0x${'ab'.repeat(32)}`,
  lane,
  state: { status: 'closing', funded: microUsdc(1_500_000n), claimed: microUsdc(500_000n), closesAt: 86_400 }
}
const view = { nowSeconds: 0, payer: lane.payer }

describe('lanes on a screen', () => {
  it('have whole addresses where there is room', () => {
    const text = renderLanes([found], { ...view, columns: 120, colours: pc.createColors(true) })
    expect(text).toContain('0x70997970C51812dc3A010C7d01b50e0d17dc79C8')
    expect(text).toContain('$1.00 USDC')
  })

  it('keep one line each on 80 columns', () => {
    const text = renderLanes([found], { ...view, columns: 80, colours: pc.createColors(false) })
    const lines = text.split('\n')
    expect(lines).toHaveLength(2)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(lines[1]).toBe('ababababab  payer  0x709979…dc79C8  closing: 24 h left   $1.50    $0.50  $1.00')
  })
})
