import type { Plan } from './plan.ts'

/** What llama-server is started with, and what must be held before, to run exactly one plan. */
export interface EngineArguments {
  /** `-ngl`: repeating layers off the head's CPU, and one for the output layer. */
  readonly gpuLayers: number
  /** `--device`, in layer order: the head's own device ids, and `RPC0`, `RPC1`... for `leases` in their order. Empty for CPU only. */
  readonly devices: readonly string[]
  /** `--tensor-split`: layers of each of `devices`, the output layer counted with the last. */
  readonly tensorSplit: readonly number[]
  /** Memory to borrow, one lease a remote device, in `RPC` order. */
  readonly leases: readonly { readonly peerId: string; readonly deviceId: string; readonly bytes: number }[]
  /** Memory to reserve on the head itself. */
  readonly reservations: readonly { readonly deviceId: string; readonly bytes: number }[]
}

/**
 * Translate a plan. llama.cpp gives the first `layers + 1 - gpuLayers` layers to the CPU and the k-th
 * of the others to the device whose running share of `tensorSplit` first exceeds k; since the counts
 * add up to `gpuLayers`, both sides are the same quotients and no rounding can move a layer.
 * Source: llama.cpp `llama_model_base::load_tensors`, and plan-model.engine.test.ts.
 */
export function engineArguments(plan: Plan): EngineArguments {
  const isHead = (peerId: string): boolean => peerId === plan.headPeerId
  const offloaded = plan.segments.filter(({ peerId, deviceKind }) => !(isHead(peerId) && deviceKind === 'cpu'))
  const remote = offloaded.filter(({ peerId }) => !isHead(peerId))
  const tensorSplit = offloaded.map(({ layerCount, output }) => layerCount + (output ? 1 : 0))
  const own = [...(plan.host === null ? [] : [plan.host]), ...plan.segments.filter(({ peerId }) => isHead(peerId))]
  return {
    gpuLayers: tensorSplit.reduce((total, layers) => total + layers, 0),
    devices: offloaded.map((segment) => (isHead(segment.peerId) ? segment.deviceId : `RPC${remote.indexOf(segment)}`)),
    tensorSplit,
    leases: remote.map(({ peerId, deviceId, need }) => ({ peerId, deviceId, bytes: need.total })),
    reservations: own.map(({ deviceId, need }) => ({ deviceId, bytes: need.total }))
  }
}
