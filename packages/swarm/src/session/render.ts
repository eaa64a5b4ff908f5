import { stripVTControlCharacters } from 'node:util'
import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { type Colours, renderTable, safeLine } from '@unhosted/terminal'
import type { Address } from '../deal/index.ts'
import type { FoundLane, SwarmDeployment } from '../index.ts'
import { usdcInWords } from '../index.ts'
import { checksummed } from './render-wallet.ts'

export function renderDeployment({ usdc, swarmLanes, providerStake, token }: SwarmDeployment): string {
  return [
    `USDC           ${usdc}  (${safeLine(token.name)})`,
    `SwarmLanes     ${swarmLanes}`,
    `ProviderStake  ${providerStake}`
  ].join('\n')
}

/** Beginnings of lane ids are enough to name a lane. */
export const shortLane = (laneId: string): string => laneId.slice(2, 12)

interface LanesView {
  readonly nowSeconds: number
  readonly payer: string
  /** Of the screen. Where lines would break, addresses are shortened. */
  readonly columns: number
  readonly colours: Colours
}

export function renderLanes(lanes: readonly FoundLane[], view: LanesView): string {
  const whole = lanesTable(lanes, view, { address: checksummed, amount: usdcInWords })
  const widest = Math.max(...whole.split('\n').map((line) => stripVTControlCharacters(line).length))
  if (widest <= view.columns) return whole
  return lanesTable(lanes, view, {
    address: (address) => checksummed(address).replace(/^(.{8}).*(.{6})$/, '$1…$2'),
    amount: (amount) => usdcInWords(amount).replace(/ USDC$/, '')
  })
}

interface CellFormats {
  readonly address: (address: Address) => string
  readonly amount: (amount: MicroUsdc) => string
}

function lanesTable(
  lanes: readonly FoundLane[],
  { nowSeconds, payer, colours }: LanesView,
  { address, amount }: CellFormats
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
      address(earns(found) ? found.lane.payer : found.lane.provider),
      stateInWords(found, nowSeconds),
      amount(found.state.funded),
      amount(found.state.claimed),
      amount(left(found))
    ]),
    colours
  )
}

function left({ state }: FoundLane): MicroUsdc {
  return microUsdc(state.funded - state.claimed)
}

/** @param nowSeconds by the chain */
function stateInWords({ state }: FoundLane, nowSeconds: number): string {
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
