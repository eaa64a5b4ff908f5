import type { Hash } from '../deal/index.ts'

/** A block as the chain of hashes sees it. */
interface BlockId {
  readonly number: number
  readonly hash: Hash
}
export interface BlockHeader extends BlockId {
  readonly parentHash: Hash
}

/** The newest blocks that were seen, oldest first, each the parent of the next. Empty: nothing was seen yet. */
export type BlockWindow = readonly BlockId[]

/**
 * The window with `blocks` on top, at most `depth` long, or null where they do not fit on it: then the chain was
 * reorganised while it was read. Blocks that leave a gap start a new window: what is below them is too old to matter.
 */
export function extendWindow(window: BlockWindow, blocks: readonly BlockHeader[], depth: number): BlockWindow | null {
  const extended: BlockId[] = [...window]
  for (const { number, hash, parentHash } of blocks) {
    const tip = extended.at(-1)
    if (tip !== undefined && number === tip.number + 1 && parentHash !== tip.hash) return null
    if (tip !== undefined && number <= tip.number) return null
    if (tip !== undefined && number > tip.number + 1) extended.length = 0
    extended.push({ number, hash })
  }
  return extended.slice(-depth)
}

/** The window up to and with block `number`. */
export function cutWindow(window: BlockWindow, number: number): BlockWindow {
  return window.filter((block) => block.number <= number)
}
