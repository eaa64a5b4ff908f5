import { bytes } from '../units.ts'
import type { Candidate, Candidates } from './candidates.ts'
import type { Estimator } from './estimate.ts'
import type { Exclusion, Shortfall } from './plan.ts'
import type { PlanRequest } from './plan-request.ts'
import { findRemedies, missingOn } from './remedies.ts'
import { tooSmall } from './split.ts'

/** How much is missing where no layout holds the model, and what would change that. */
export function findShortfall(request: PlanRequest, candidates: Candidates, estimator: Estimator): Shortfall {
  const all = [...candidates.head, ...candidates.remote.flat()]
  const availableBytes = all.reduce((total, { budgetBytes }) => total + budgetBytes, 0)
  const missingBytes = missingOn(candidates, estimator)
  return {
    neededBytes: bytes(availableBytes + missingBytes),
    availableBytes: bytes(availableBytes),
    missingBytes: bytes(missingBytes),
    remedies: findRemedies(request).map(({ sentence }) => sentence),
    excluded: [...candidates.excluded, ...all.filter((device) => tooSmall(device, estimator)).map(tooSmallFor)]
  }
}

function tooSmallFor({ machine, device }: Candidate): Exclusion {
  return {
    peerId: machine.peerId,
    machine: machine.name,
    deviceId: device.id,
    reason: 'too-small',
    explanation: `${machine.name}'s ${device.id} has too little memory for one layer.`
  }
}
