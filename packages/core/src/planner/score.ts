import type { Part } from './split.ts'

/**
 * Rough bytes of weights that a device reads in a second while it makes tokens one at a time. They only rank
 * layouts against each other; a CPU behind RPC loses the repacked weight formats (measured: 8.2 against
 * 30.3 tokens/s, docs/decisions/0002-planner-estimates.md).
 */
const bytesPerSecond = { gpu: 200e9, cpu: 20e9, remoteCpu: 5.5e9 }
/** Round trip taken for a link that was never measured. */
const unknownRoundTripMs = 20

/** Estimated time for one token, ms: every weight is read once, and every remote device costs a round trip. */
export function millisPerToken(parts: readonly Part[]): number {
  let total = 0
  for (const { candidate, need } of parts) {
    const { machine, device } = candidate
    const rate = device.kind === 'gpu' ? bytesPerSecond.gpu : bytesPerSecond[machine.isHead ? 'cpu' : 'remoteCpu']
    total += (need.weights / rate) * 1000
    if (!machine.isHead) total += Number.isFinite(machine.roundTripMs) ? machine.roundTripMs : unknownRoundTripMs
  }
  return total
}
