import { type Candidate, compare } from './candidates.ts'
import type { Estimator } from './estimate.ts'
import type { MemoryNeed } from './plan.ts'

/** A candidate's run of layers. */
export interface Part {
  readonly candidate: Candidate
  readonly firstLayer: number
  readonly layerCount: number
  readonly output: boolean
  readonly need: MemoryNeed
}

/** Up to so many devices every order and subset is tried (2^n states); beyond, a few likely orders. */
const exactOrderLimit = 10

/**
 * Lay the layers out over these devices, none over budget; a device that cannot help may get none.
 * llama.cpp fixes two ends: what stays on the head's CPU is always the first run, and the output
 * layer follows the last. Between them the order is ours: nearest device last but for the head's
 * own GPUs, which come last of all, so that logits (4 bytes a vocabulary entry for each token) cross
 * the fastest link or none.
 * @returns null where no order fits
 */
export function splitLayers(devices: readonly Candidate[], estimator: Estimator): readonly Part[] | null {
  const first = devices.find(isHeadCpu) ?? null
  const rest = devices.filter((device) => device !== first).toSorted(nearestLast)
  const sizer: Sizer = { estimator, pipelined: first === null && rest.length > 1 }
  for (const order of orders(first, rest, sizer)) {
    const starts = order.length <= estimator.facts.layerCount ? earliestStarts(order, sizer) : null
    if (starts !== null) return distribute(order, starts, sizer)
  }
  return null
}

interface Sizer {
  readonly estimator: Estimator
  readonly pipelined: boolean
}

export function isHeadCpu({ machine, device }: Candidate): boolean {
  return machine.isHead && device.kind === 'cpu'
}

function nearestLast(a: Candidate, b: Candidate): number {
  return (
    compare(a.machine.isHead ? 1 : 0, b.machine.isHead ? 1 : 0) ||
    compare(a.machine.radius === 'local' ? 1 : 0, b.machine.radius === 'local' ? 1 : 0) ||
    compare(b.machine.roundTripMs, a.machine.roundTripMs) ||
    compare(a.machine.peerId, b.machine.peerId) ||
    compare(a.device.kind === 'gpu' ? 1 : 0, b.device.kind === 'gpu' ? 1 : 0) ||
    compare(a.device.id, b.device.id)
  )
}

/** Orders to try, best first. */
function* orders(first: Candidate | null, rest: readonly Candidate[], sizer: Sizer): Generator<readonly Candidate[]> {
  const withFirst = (order: readonly Candidate[]): readonly Candidate[] => (first === null ? order : [first, ...order])
  const preferred = withFirst(rest)
  if (preferred.length > 0) yield preferred
  if (preferred.length < 2) return
  if (rest.length <= exactOrderLimit) {
    const found = searchOrder(first, rest, sizer)
    if (found !== null) yield found
    return
  }
  const roomier = rest.toSorted((a, b) => compare(a.budgetBytes, b.budgetBytes) || nearestLast(a, b))
  yield withFirst(roomier)
  yield withFirst(roomier.toReversed())
  for (const last of rest) yield withFirst([...rest.filter((device) => device !== last), last])
}

/**
 * Which devices in which order: over subsets, from the back, the earliest layer from which the subset
 * holds all to the end. Starting earlier never hurts, so one number a subset is enough.
 * @returns an order of the fewest devices that hold all, the head's CPU before them where it is given
 */
function searchOrder(first: Candidate | null, rest: readonly Candidate[], sizer: Sizer): readonly Candidate[] | null {
  const sets = 1 << rest.length
  const earliest = new Int32Array(sets).fill(unreached)
  const taken = new Int32Array(sets)
  earliest[0] = sizer.estimator.facts.layerCount
  // The head's CPU, where it is one of them, always takes the first layers: without it other sizes would hold.
  const floor = first === null ? 0 : 1
  const holdsRest = (end: number): boolean => (first === null ? end === 0 : earliestStart(first, end, 0, sizer) === 0)
  let best: { readonly set: number; readonly count: number } | null = null
  for (let set = 0; set < sets; set += 1) {
    const end = earliest[set] ?? unreached
    if (end === unreached) continue
    const count = bits(set)
    if ((best === null || count < best.count) && holdsRest(end)) best = { set, count }
    rest.forEach((device, index) => {
      const next = set | (1 << index)
      const start = next === set ? null : earliestStart(device, end, floor, sizer)
      if (start === null || start >= (earliest[next] ?? unreached)) return
      earliest[next] = start
      taken[next] = index
    })
  }
  if (best === null) return null
  const order = first === null ? [] : [first]
  for (let set = best.set; set !== 0; set &= ~(1 << (taken[set] ?? 0))) {
    const device = rest[taken[set] ?? 0]
    if (device !== undefined) order.push(device)
  }
  return order
}

const unreached = 2 ** 30

function bits(set: number): number {
  let count = 0
  for (let left = set; left !== 0; left &= left - 1) count += 1
  return count
}

/**
 * For each device of an order, the earliest layer from which it and those after it can hold the rest of
 * the model, leaving at least one layer to each before it; null where even all together cannot.
 */
function earliestStarts(order: readonly Candidate[], sizer: Sizer): readonly number[] | null {
  const starts: number[] = []
  let end = sizer.estimator.facts.layerCount
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const device = order[index]
    const start = device === undefined ? null : earliestStart(device, end, index, sizer)
    if (start === null) return null
    starts.unshift(start)
    end = start
  }
  return starts[0] === 0 ? starts : null
}

/** The earliest layer, not before `floor`, from which `device` holds all up to `end`; null where not one layer fits. */
function earliestStart(device: Candidate, end: number, floor: number, sizer: Sizer): number | null {
  const fits = (start: number): boolean => needOf(device, start, end, sizer).total <= device.budgetBytes
  if (end - 1 < floor || !fits(end - 1)) return null
  let [low, high] = [floor, end - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (fits(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function needOf(device: Candidate, start: number, end: number, { estimator, pipelined }: Sizer): MemoryNeed {
  return estimator.need({
    kind: device.device.kind,
    firstLayer: start,
    layerCount: end - start,
    output: end === estimator.facts.layerCount,
    embedding: isHeadCpu(device),
    pipelined
  })
}

/**
 * From the front, give each device its fair run: of what is left, GPUs take all they can hold, in proportion
 * to their room, and CPUs share the remainder in the same way; each within its budget, at least one layer,
 * and leaving no more than the others can hold.
 */
function distribute(order: readonly Candidate[], starts: readonly number[], sizer: Sizer): readonly Part[] {
  const { layerCount } = sizer.estimator.facts
  const othersHold = restHolder(order, starts, sizer)
  const parts: Part[] = []
  let start = 0
  order.forEach((candidate, index) => {
    const after = order.length - index - 1
    const fair = start + fairShare(order.slice(index), layerCount - start, sizer.estimator)
    const atMost = furthestEnd(candidate, start, layerCount - after, sizer)
    const atLeast = Math.max(starts[index + 1] ?? layerCount, start + 1)
    const wanted = Math.max(atLeast, Math.min(atMost, fair))
    const ends = [...range(atLeast, wanted).toReversed(), ...range(wanted + 1, atMost)]
    const end = ends.find((each) => othersHold(index + 1, each)) ?? wanted
    const need = needOf(candidate, start, end, sizer)
    parts.push({ candidate, firstLayer: start, layerCount: end - start, output: end === layerCount, need })
    start = end
  })
  return parts
}

/**
 * Whether the devices of `order` from `index` on can hold the layers from `start` on, at least one each. Only the run
 * from its earliest start is known to fit a device: one layer from behind that run may be larger than the whole of it.
 */
function restHolder(
  order: readonly Candidate[],
  starts: readonly number[],
  sizer: Sizer
): (index: number, start: number) => boolean {
  const { layerCount } = sizer.estimator.facts
  const known = new Map<number, boolean>()
  const holds = (index: number, start: number): boolean => {
    const device = order[index]
    if (device === undefined) return start === layerCount
    if (start < (starts[index + 1] ?? layerCount)) return true
    const key = index * (layerCount + 1) + start
    const before = known.get(key)
    if (before !== undefined) return before
    const furthest = furthestEnd(device, start, layerCount - (order.length - index - 1), sizer)
    const found = range(start + 1, furthest).some((end) => holds(index + 1, end))
    known.set(key, found)
    return found
  }
  return holds
}

/** From `first` up to `last`; empty where that is smaller. */
function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

/** How many of the `remaining` layers the first of `order` should take. */
function fairShare(order: readonly Candidate[], remaining: number, estimator: Estimator): number {
  const rooms = order.map((device) => ({ kind: device.device.kind, layers: roomInLayers(device, estimator) }))
  const room = (kind: 'cpu' | 'gpu'): number =>
    rooms.reduce((total, each) => total + (each.kind === kind ? each.layers : 0), 0)
  const [mine] = rooms
  if (mine === undefined || mine.layers === 0) return 0
  const onGpus = Math.min(remaining, room('gpu'))
  const shared = mine.kind === 'gpu' ? onGpus : remaining - onGpus
  return Math.round((shared * mine.layers) / room(mine.kind))
}

/** Whether not even one layer fits. */
export function tooSmall(candidate: Candidate, estimator: Estimator): boolean {
  const sizer = { estimator, pipelined: false }
  const holds = (layer: number): boolean => needOf(candidate, layer, layer + 1, sizer).total <= candidate.budgetBytes
  return !holds(estimator.smallestLayer) && !holds(estimator.facts.layerCount - 1)
}

/** How many average layers fit beside a device's fixed needs. */
export function roomInLayers(device: Candidate, estimator: Estimator): number {
  const fixed = estimator.fixedBytes({ kind: device.device.kind, embedding: isHeadCpu(device) })
  const average = Math.max(1, estimator.layersBytes / estimator.facts.layerCount)
  return Math.max(0, device.budgetBytes - fixed) / average
}

function furthestEnd(device: Candidate, start: number, ceiling: number, sizer: Sizer): number {
  let [low, high] = [start, ceiling]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (needOf(device, start, middle, sizer).total <= device.budgetBytes) low = middle
    else high = middle - 1
  }
  return low
}
