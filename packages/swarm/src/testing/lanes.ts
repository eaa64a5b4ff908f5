import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import type { LocalAccount } from 'viem'
import { lowerCase, signDeal } from '../chain/index.ts'
import { type Deployment, laneId as idOf, type Lane, type Signed } from '../deal/index.ts'
import type { LaneState } from '../lanes/index.ts'
import { devAccount } from './test-chain.ts'

/** Somewhere; nothing is deployed there. */
export const nowhere: Deployment = {
  chainId: 31_337,
  swarmLanes: `0x${'11'.repeat(20)}`,
  providerStake: `0x${'22'.repeat(20)}`
}

export const head = (byte: string) => `0x${byte.repeat(32)}` as const

/** From account 1 to account 2, signed by account 3. */
export function laneWith(changes: Partial<Lane> = {}): Lane {
  return {
    payer: lowerCase(devAccount(1).address),
    provider: lowerCase(devAccount(2).address),
    signer: lowerCase(devAccount(3).address),
    closeWindow: 3600,
    nonce: 0n,
    ...changes
  }
}

export async function voucherOn(
  lane: Lane,
  cumulative: bigint,
  { signer = devAccount(3), deployment = nowhere }: { signer?: LocalAccount; deployment?: Deployment } = {}
): Promise<Signed<'Voucher'>> {
  const object = { laneId: idOf(lane), cumulative: microUsdc(cumulative), ledgerHead: head('ab') }
  return { object, signature: await signDeal(signer, 'Voucher', object, deployment) }
}

export function openLane(funded: bigint, claimed = 0n, changes: Partial<LaneState> = {}): LaneState {
  const money = { funded: microUsdc(funded), claimed: microUsdc(claimed) } satisfies Record<string, MicroUsdc>
  return { status: 'open', ...money, closesAt: null, ...changes }
}
