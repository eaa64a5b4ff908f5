import type { Candidate, Candidates } from './candidates.ts'
import type { Estimator } from './estimate.ts'
import type { Exclusion } from './plan.ts'
import { isHeadCpu, type Part, tooSmall } from './split.ts'

/** Why each device that could have had a part in the plan has none; whole machines where none of theirs has. */
export function explainUnused(
  candidates: Candidates,
  parts: readonly Part[],
  estimator: Estimator
): readonly Exclusion[] {
  const used = new Set(parts.map(({ candidate }) => candidate))
  const usedMachines = new Set(parts.map(({ candidate }) => candidate.machine))
  const excluded: Exclusion[] = []
  for (const devices of [candidates.head, ...candidates.remote]) {
    const unused = devices.filter((device) => !used.has(device))
    const [first] = unused
    if (first === undefined) continue
    const machineUsed = usedMachines.has(first.machine)
    if (!machineUsed && !first.machine.isHead && !unused.every((device) => tooSmall(device, estimator))) {
      excluded.push(unusedMachine(first, parts))
      continue
    }
    for (const device of unused) excluded.push(unusedDevice(device, estimator))
  }
  return excluded
}

function unusedMachine({ machine }: Candidate, parts: readonly Part[]): Exclusion {
  const whole = { peerId: machine.peerId, machine: machine.name, deviceId: null }
  const remotes = parts.map(({ candidate }) => candidate.machine).filter(({ isHead }) => !isHead)
  if (remotes.length === 0) {
    return { ...whole, reason: 'not-needed', explanation: `This machine can hold the model without ${machine.name}.` }
  }
  const farthest = Math.max(...remotes.map(({ roundTripMs }) => roundTripMs))
  if (machine.roundTripMs <= farthest) {
    return {
      ...whole,
      reason: 'not-needed',
      explanation: `The machines in the plan can hold the model without ${machine.name}.`
    }
  }
  const distance = Number.isFinite(machine.roundTripMs)
    ? `${machine.roundTripMs.toFixed(1)} ms away`
    : 'not measured yet'
  return {
    ...whole,
    reason: 'slower-link',
    explanation: `${machine.name} is ${distance}; closer machines can hold the model.`
  }
}

function unusedDevice(candidate: Candidate, estimator: Estimator): Exclusion {
  const { machine, device } = candidate
  const one = { peerId: machine.peerId, machine: machine.name, deviceId: device.id }
  if (tooSmall(candidate, estimator)) {
    const explanation = `${machine.name}'s ${device.id} has too little memory for one layer.`
    return { ...one, reason: 'too-small', explanation }
  }
  const explanation = isHeadCpu(candidate)
    ? 'Faster devices hold all layers; the CPU keeps only the embedding table.'
    : `The devices in the plan can hold the model without ${machine.name}'s ${device.id}.`
  return { ...one, reason: 'not-needed', explanation }
}
