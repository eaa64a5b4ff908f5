import type { Device, Inventory } from '../facts/inventory/index.ts'
import type { ModelFacts } from '../facts/models/index.ts'
import { formatBytes, GiB, MiB } from '../units.ts'
import { byId, type Candidate, type Candidates, findCandidates, nearestFirst } from './candidates.ts'
import type { Estimator } from './estimate.ts'
import { findLayout } from './layout.ts'
import { estimatorFor, type PlanRequest } from './plan-request.ts'

/** A change of the request after which it has a plan. */
export interface Remedy {
  readonly kind: 'context' | 'memory' | 'lending' | 'quantisation' | 'pairing'
  readonly sentence: string
  /** The request with the change made. */
  readonly applied: PlanRequest
}

/** Smallest context worth advising, tokens. */
const leastContext = 512
const contextStep = 256
/** Amounts of memory are advised in these steps, so that what is printed is exact. */
const memoryStep = MiB

/** Bits a weight of common quantisations, largest first. Source: llama.cpp `tools/quantize`, 8B figures. */
const quantisations = [
  ['Q8_0', 8.5],
  ['Q6_K', 6.6],
  ['Q5_K_M', 5.7],
  ['Q4_K_M', 4.9],
  ['Q3_K_M', 4.0],
  ['Q2_K', 3.2]
] as const

/** Changes that would make the model fit, each tried before it is advised; the easiest first. */
export function findRemedies(request: PlanRequest): readonly Remedy[] {
  const found = [
    smallerContext(request),
    ...request.peers.toSorted(nearestFirst).map((peer) => moreLending(request, peer.inventory)),
    moreMemory(request),
    smallerQuantisation(request),
    anotherMachine(request)
  ]
  return found.filter((remedy) => remedy !== null)
}

function fits(request: PlanRequest): boolean {
  const estimator = estimatorFor(request)
  return findLayout(findCandidates(request.head, request.peers), estimator) !== null
}

function smallerContext(request: PlanRequest): Remedy | null {
  const at = (steps: number): PlanRequest => ({ ...request, contextSize: steps * contextStep })
  const most = Math.ceil(request.contextSize / contextStep) - 1
  const steps = largest(leastContext / contextStep, most, (count) => fits(at(count)))
  if (steps === null) return null
  const applied = at(steps)
  return {
    kind: 'context',
    applied,
    sentence: `A context of ${applied.contextSize} tokens fits: serve with --ctx ${applied.contextSize}.`
  }
}

/** Raise what a peer lends, on the device where the least is enough, up to all that its owner lets its own daemon use. */
function moreLending(request: PlanRequest, inventory: Inventory): Remedy | null {
  const raised = (device: Device, extra: number): PlanRequest => ({
    ...request,
    peers: request.peers.map((peer) =>
      peer.inventory !== inventory
        ? peer
        : {
            ...peer,
            inventory: withDevice(inventory, {
              ...device,
              lendableBytes: Math.min(device.usableBytes, device.lendableBytes + extra)
            })
          }
    )
  })
  const found = leastExtra(inventory.devices, (device) => device.usableBytes - device.lendableBytes, raised)
  if (found === null) return null
  const { device, extra, applied } = found
  return {
    kind: 'lending',
    applied,
    sentence: `If ${inventory.name} lends ${amount(extra)} more of its ${device.id}, it fits: raise --lend-memory there.`
  }
}

/** Raise --memory here, up to what is free. */
function moreMemory(request: PlanRequest): Remedy | null {
  const { head } = request
  const raised = (device: Device, extra: number): PlanRequest => ({
    ...request,
    head: withDevice(head, { ...device, usableBytes: Math.min(device.freeBytes, device.usableBytes + extra) })
  })
  const found = leastExtra(head.devices, (device) => device.freeBytes - device.usableBytes, raised)
  if (found === null) return null
  const { device, extra, applied } = found
  return {
    kind: 'memory',
    applied,
    sentence: `If this machine may use ${amount(extra)} more of its ${device.id}, it fits: raise --memory.`
  }
}

function smallerQuantisation(request: PlanRequest): Remedy | null {
  const { model } = request
  const bits = (8 * weightBytes(model)) / Math.max(1, model.parameterCount)
  for (const [name, target] of quantisations) {
    if (target >= bits) continue
    const applied = { ...request, model: scaleWeights(model, target / bits) }
    if (!fits(applied)) continue
    const size = formatBytes(applied.model.fileBytes)
    return { kind: 'quantisation', applied, sentence: `A ${name} file of this model, about ${size}, fits.` }
  }
  return null
}

/** Pair one more machine like this one: how much it would have to lend of its CPU's memory. */
function anotherMachine(request: PlanRequest): Remedy | null {
  const { head } = request
  if (head.engineVersion === null) return null
  const device: Device = { ...spareDevice, totalBytes: request.model.fileBytes }
  const inventory = { ...head, peerId: `${head.peerId}1`, name: 'another machine', devices: [device] }
  const lending = (lendableBytes: number): PlanRequest => ({
    ...request,
    peers: [...request.peers, { ...newPeer, inventory: withDevice(inventory, { ...device, lendableBytes }) }]
  })
  const found = leastExtra(
    [device],
    () => 4 * request.model.fileBytes + 64 * GiB,
    (_, extra) => lending(extra)
  )
  if (found === null) return null
  return {
    kind: 'pairing',
    applied: found.applied,
    sentence: `Another paired machine that lends ${amount(found.extra)} makes it fit.`
  }
}

const spareDevice: Device = {
  id: 'CPU',
  kind: 'cpu',
  description: 'CPU',
  totalBytes: 0,
  freeBytes: 0,
  usableBytes: 0,
  lendableBytes: 0
}
const newPeer = { link: null, radius: 'local', mayPool: true, recentlyLost: false, offline: false } as const

function weightBytes(model: ModelFacts): number {
  return model.layerBytes.reduce((total, layer) => total + layer, model.embeddingBytes + model.outputBytes)
}

function scaleWeights(model: ModelFacts, ratio: number): ModelFacts {
  const scale = (value: number): number => Math.ceil(value * ratio)
  return {
    ...model,
    layerBytes: model.layerBytes.map(scale),
    embeddingBytes: scale(model.embeddingBytes),
    outputBytes: scale(model.outputBytes),
    fileBytes: scale(model.fileBytes)
  }
}

/** As `--memory` and `--lend-memory` take it, never less than it is. */
function amount(value: number): string {
  return `${Math.ceil(value / MiB)}MiB`
}

function withDevice(inventory: Inventory, changed: Device): Inventory {
  return { ...inventory, devices: inventory.devices.map((device) => (device.id === changed.id ? changed : device)) }
}

/** The least extra memory on any one device, within `spare`, that makes the request fit. */
function leastExtra(
  devices: readonly Device[],
  spare: (device: Device) => number,
  raised: (device: Device, extra: number) => PlanRequest
): { readonly device: Device; readonly extra: number; readonly applied: PlanRequest } | null {
  let best: { readonly device: Device; readonly extra: number; readonly applied: PlanRequest } | null = null
  for (const device of devices.toSorted(byId)) {
    const most = Math.min(spare(device), best?.extra ?? Number.POSITIVE_INFINITY)
    if (most <= 0 || !fits(raised(device, most))) continue
    const steps = smallest(1, Math.ceil(most / memoryStep), (count) =>
      fits(raised(device, Math.min(most, count * memoryStep)))
    )
    const extra = Math.min(most, steps * memoryStep)
    if (best === null || extra < best.extra) best = { device, extra, applied: raised(device, extra) }
  }
  return best
}

/** The least that any one device of the plan's reach would have to grow, bytes; what is missing. */
export function missingOn(candidates: Candidates, estimator: Estimator): number {
  const grown = (which: Candidate, extra: number): Candidates => {
    const grow = (device: Candidate): Candidate =>
      device === which ? { ...device, budgetBytes: device.budgetBytes + extra } : device
    return {
      ...candidates,
      head: candidates.head.map(grow),
      remote: candidates.remote.map((devices) => devices.map(grow))
    }
  }
  const { layerCount } = estimator.facts
  // The whole model on one device is always enough there.
  const whole = estimator.need({
    kind: 'gpu',
    firstLayer: 0,
    layerCount,
    output: true,
    embedding: true,
    pipelined: true
  }).total
  const needs = [...candidates.head, ...candidates.remote.flat()].flatMap((which) => {
    const holds = (extra: number): boolean => findLayout(grown(which, extra), estimator) !== null
    return holds(whole) ? [smallest(1, whole, holds)] : []
  })
  return needs.length === 0 ? whole : Math.min(...needs)
}

/** The smallest whole number in the range that passes; the largest is taken to pass. */
function smallest(from: number, to: number, passes: (value: number) => boolean): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (passes(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** The largest whole number in the range that passes, or null where the first does not. */
function largest(from: number, to: number, passes: (value: number) => boolean): number | null {
  if (to < from || !passes(from)) return null
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (passes(middle)) low = middle
    else high = middle - 1
  }
  return low
}
