import { type MicroUsdc, microUsdc } from '@unhosted/core/units'

/** Up to `most` micro-USDC, `blocks` must hold what the money rests on, the block itself included. */
export interface ConfirmationTier {
  readonly most: MicroUsdc
  readonly blocks: number
}

/**
 * How deep is deep enough. What is at stake is only what was served and not yet claimed, so small sums need not wait.
 * Made for a chain with blocks of 2 s and one sequencer (Base): there a block is undone when the sequencer fails over
 * before it has published it, which takes minutes at most, not by chance as under proof of work. On Ethereum itself 64
 * blocks are two epochs: final. packages/swarm/docs/settlement.md has the reasons and the waiting times.
 */
const confirmationTiers: readonly ConfirmationTier[] = [
  { most: microUsdc(1_000_000n), blocks: 1 },
  { most: microUsdc(10_000_000n), blocks: 3 },
  { most: microUsdc(100_000_000n), blocks: 12 },
  { most: microUsdc(1_000_000_000n), blocks: 32 }
]

/** For any sum above the last tier. */
const deepest = 64

/** How many blocks, its own included, must hold a transaction on which `amount` rests. Grows with the amount. */
export function confirmationsFor(amount: MicroUsdc, tiers: readonly ConfirmationTier[] = confirmationTiers): number {
  return tiers.find(({ most }) => amount <= most)?.blocks ?? deepest
}
