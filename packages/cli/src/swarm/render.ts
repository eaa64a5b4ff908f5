import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import type { FoundLane, SwarmDeployment } from '@unhosted/node/swarm'
import { usdcInWords } from '@unhosted/node/swarm'
import type { Colours } from '../terminal/output.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { renderTable } from '../terminal/table.ts'
import { checksummed } from '../wallet/render.ts'

export function renderDeployment({ usdc, swarmLanes, providerStake, token }: SwarmDeployment): string {
  return [
    `USDC           ${usdc}  (${safeLine(token.name)})`,
    `SwarmLanes     ${swarmLanes}`,
    `ProviderStake  ${providerStake}`
  ].join('\n')
}

/** Beginnings of lane ids are enough to name a lane. */
export const shortLane = (laneId: string): string => laneId.slice(2, 12)

export function renderLanes(
  lanes: readonly FoundLane[],
  { nowSeconds, payer, colours }: { readonly nowSeconds: number; readonly payer: string; readonly colours: Colours }
): string {
  const earns = (found: FoundLane): boolean => found.lane.payer !== payer
  return renderTable(
    [
      { title: 'LANE' },
      { title: 'ROLE' },
      { title: 'OTHER SIDE' },
      { title: 'STATE' },
      { title: 'FUNDED', align: 'right' },
      { title: 'CLAIMED', align: 'right' },
      { title: 'LEFT', align: 'right' }
    ],
    lanes.map((found) => [
      shortLane(found.laneId),
      earns(found) ? 'provider' : 'payer',
      checksummed(earns(found) ? found.lane.payer : found.lane.provider),
      stateInWords(found, nowSeconds),
      usdcInWords(found.state.funded),
      usdcInWords(found.state.claimed),
      usdcInWords(left(found))
    ]),
    colours
  )
}

function left({ state }: FoundLane): MicroUsdc {
  return microUsdc(state.funded - state.claimed)
}

/** @param nowSeconds by the chain */
export function stateInWords({ state }: FoundLane, nowSeconds: number): string {
  if (state.closesAt === null) return state.status
  const wait = state.closesAt - nowSeconds
  return wait <= 0 ? 'closing: can be finished' : `closing: ${spanInWords(wait)} left`
}

/** `45 min`, `23 h`, `3 d`: rounded up. */
export function spanInWords(seconds: number): string {
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.ceil(seconds / 3600)} h`
  return `${Math.ceil(seconds / 86_400)} d`
}
