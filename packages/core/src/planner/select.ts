import { type Candidate, type Candidates, compare } from './candidates.ts'
import type { Estimator } from './estimate.ts'
import { millisPerToken } from './score.ts'
import { isHeadCpu, type Part, roomInLayers, splitLayers, tooSmall } from './split.ts'

/** llama.cpp schedules over at most 16 backends, the CPU being one of them (GGML_SCHED_MAX_BACKENDS). */
const maxEngineDevices = 15
/** Sets of machines of one size that are all compared; where there are more, a good one is searched for. */
const maxCombinations = 1500

/** The room on the head's CPU for what stays there where all layers are elsewhere. */
export interface HeadRoom {
  /** @param pipelined two devices or more hold the layers */
  mayHost(pipelined: boolean): boolean
}

/**
 * The devices to use, with their layers. The head alone wins whenever it holds the model: no peer to lose, no
 * byte on the wire. Else the fewest machines; among as many, own machines before friends', and then the
 * layout with the shortest estimated time per token, in which a near machine beats a far one of its kind.
 * @param room what the head's CPU holds where no layer is there
 * @returns null where nothing holds the model
 */
export function selectLayout(all: Candidates, room: HeadRoom, estimator: Estimator): readonly Part[] | null {
  const useful = (devices: readonly Candidate[]): readonly Candidate[] =>
    devices.filter((device) => !tooSmall(device, estimator))
  const remote = all.remote.map(useful).filter((devices) => devices.length > 0)
  const candidates = { ...all, head: useful(all.head), remote }
  const alone = layOut(candidates.head, room, estimator)
  if (alone !== null) return alone
  const rooms = remote.map((devices) => roomOf(devices, estimator)).toSorted((a, b) => compare(b, a))
  let layerRoom = roomOf(candidates.head, estimator)
  for (let count = 1; count <= Math.min(rooms.length, maxEngineDevices); count += 1) {
    layerRoom += rooms[count - 1] ?? 0
    if (!mayHold(layerRoom, estimator)) continue
    const best = bestOfSize(count, candidates, room, estimator)
    if (best !== null) return best.parts
  }
  return null
}

/** Rooms are in average layers, and over all layers the average is exact: less room than layers cannot do. */
function mayHold(room: number, { facts }: Estimator): boolean {
  return room >= facts.layerCount - 1e-3
}

interface Layout {
  readonly machines: readonly (readonly Candidate[])[]
  readonly parts: readonly Part[]
  readonly friends: number
  readonly millis: number
}

function bestOfSize(count: number, candidates: Candidates, room: HeadRoom, estimator: Estimator): Layout | null {
  const { head, remote } = candidates
  const consider = (machines: readonly (readonly Candidate[])[]): Layout | null => {
    const devices = [...head, ...machines.flat()]
    if (!mayHold(roomOf(devices, estimator), estimator)) return null
    const parts = layOut(devices, room, estimator)
    if (parts === null) return null
    const friends = machines.filter(([first]) => first?.machine.radius !== 'local').length
    return { machines, parts, friends, millis: millisPerToken(parts) }
  }
  if (combinationCount(remote.length, count) > maxCombinations) return searchSet(count, remote, consider, estimator)
  let best: Layout | null = null
  for (const machines of combinations(remote, count)) best = better(best, consider(machines))
  return best
}

/** Start from the roomiest machines and exchange one at a time while that is better. */
function searchSet(
  count: number,
  remote: readonly (readonly Candidate[])[],
  consider: (machines: readonly (readonly Candidate[])[]) => Layout | null,
  estimator: Estimator
): Layout | null {
  // A stable sort: among equals the nearest stay first.
  const roomiest = remote.toSorted((a, b) => compare(roomOf(b, estimator), roomOf(a, estimator)))
  let best = consider(roomiest.slice(0, count))
  for (const candidate of remote) {
    if (best === null) return null
    if (best.machines.includes(candidate)) continue
    const kept: readonly (readonly Candidate[])[] = best.machines
    for (const leaving of kept) {
      best = better(best, consider([...kept.filter((machine) => machine !== leaving), candidate]))
    }
  }
  return best
}

function better(known: Layout | null, other: Layout | null): Layout | null {
  if (known === null || other === null) return known ?? other
  return (compare(known.friends, other.friends) || compare(known.millis, other.millis)) <= 0 ? known : other
}

/**
 * Lay out over the fewest of these devices, fastest kinds first: GPUs alone if they hold it, the head's own
 * before others; else CPUs join them one by one, the head's own first, since it needs no network and keeps
 * the fast weight formats.
 */
function layOut(devices: readonly Candidate[], room: HeadRoom, estimator: Estimator): readonly Part[] | null {
  const gpus = devices.filter(({ device }) => device.kind === 'gpu').toSorted((a, b) => smallestFirst(b, a))
  const cpus = devices.filter(({ device }) => device.kind === 'cpu').toSorted(headFirst)
  const growing = [...gpus, ...cpus]
  const lists = [
    ...gpus.map((gpu) => [gpu]),
    ...growing.map((_, index) => growing.slice(0, index + 1)),
    growing.filter((device) => !isHeadCpu(device)),
    ...cpus.map((cpu) => [cpu])
  ]
  for (const list of lists) {
    const parts = splitOver(list, room, estimator)
    if (parts !== null) return prune(parts, room, estimator)
  }
  return null
}

/** Leave out what is not needed: CPUs always; GPUs, the smallest first, only where no CPU would take their layers. */
function prune(parts: readonly Part[], room: HeadRoom, estimator: Estimator): readonly Part[] {
  let best = parts
  const onCpu = (part: Part): boolean => part.candidate.device.kind === 'cpu'
  const dispensable = parts.some(onCpu) ? parts.filter(onCpu) : parts
  for (const { candidate } of dispensable.toSorted((a, b) => smallestFirst(a.candidate, b.candidate))) {
    const without = best.map((part) => part.candidate).filter((other) => other !== candidate)
    if (without.length < best.length) best = splitOver(without, room, estimator) ?? best
  }
  return best
}

function splitOver(devices: readonly Candidate[], room: HeadRoom, estimator: Estimator): readonly Part[] | null {
  if (!mayHold(roomOf(devices, estimator), estimator)) return null
  const offloaded = devices.filter((device) => !isHeadCpu(device))
  const kept = new Set(offloaded.toSorted((a, b) => smallestFirst(b, a)).slice(0, maxEngineDevices))
  const parts = splitLayers(
    devices.filter((device) => isHeadCpu(device) || kept.has(device)),
    estimator
  )
  // Where the head's CPU has layers, its part counts what always stays there as well.
  if (parts === null || parts.some(({ candidate }) => isHeadCpu(candidate))) return parts
  return room.mayHost(parts.length > 1) ? parts : null
}

function headFirst(a: Candidate, b: Candidate): number {
  return compare(a.machine.isHead ? 0 : 1, b.machine.isHead ? 0 : 1)
}

function smallestFirst(a: Candidate, b: Candidate): number {
  return (
    compare(a.machine.isHead ? 1 : 0, b.machine.isHead ? 1 : 0) ||
    compare(a.budgetBytes, b.budgetBytes) ||
    compare(a.machine.peerId, b.machine.peerId) ||
    compare(a.device.id, b.device.id)
  )
}

function roomOf(devices: readonly Candidate[], estimator: Estimator): number {
  return devices.reduce((total, device) => total + roomInLayers(device, estimator), 0)
}

function combinationCount(from: number, count: number): number {
  let total = 1
  for (let index = 0; index < count; index += 1) total = (total * (from - index)) / (index + 1)
  return total
}

function* combinations<T>(items: readonly T[], count: number, from = 0): Generator<readonly T[]> {
  if (count === 0) {
    yield []
    return
  }
  for (let index = from; index <= items.length - count; index += 1) {
    const item = items[index]
    if (item === undefined) return
    for (const rest of combinations(items, count - 1, index + 1)) yield [item, ...rest]
  }
}
