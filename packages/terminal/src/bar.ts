/** A bar of `width` cells, filled to `fraction` (0 to 1). */
export function renderBar(fraction: number, width: number): string {
  const exact = Math.min(1, Math.max(0, fraction)) * width
  // Something is never drawn as nothing.
  const filled = exact > 0 && exact < 1 ? 1 : Math.round(exact)
  return '\u2588'.repeat(filled) + '\u2591'.repeat(width - filled)
}
