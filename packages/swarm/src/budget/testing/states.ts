import { type MicroUsdc, microUsdc, picoUsdc } from '@unhosted/core/units'
import type { BudgetDecision, BudgetEvent, Claim } from '../event.ts'
import { type BudgetPolicy, neverPolicy } from '../policy.ts'
import { emptyBudget } from '../state.ts'
import { type BudgetStep, stepBudget } from '../step.ts'

// Builders for tests: a valid whole, with what matters changed.

/** 2026-11-21T12:00:00Z. */
export const noon = Date.UTC(2026, 10, 21, 12)

/** $0.40 per million input tokens, $0.60 output, $0.10 cached; caps of 1,000, 5,000 and 20,000 micro-USDC. */
export function policyWith(changes: Partial<BudgetPolicy> = {}): BudgetPolicy {
  return {
    ...neverPolicy,
    ceiling: { inPico: picoUsdc(400_000n), outPico: picoUsdc(600_000n), cachedPico: picoUsdc(100_000n) },
    requestCap: microUsdc(1_000n),
    dayCap: microUsdc(5_000n),
    monthCap: microUsdc(20_000n),
    ...changes
  }
}

type Reserve = Extract<BudgetEvent, { type: 'reserve' }>

/** Holds 640 micro-USDC: 100 prompt and 1,000 generated tokens. */
export function reserveWith(changes: Partial<Reserve> = {}): Reserve {
  return {
    type: 'reserve',
    at: noon,
    id: 'job-1',
    request: 'request-1',
    key: 'app',
    attempt: 'first',
    lane: 'lane-1',
    prices: { inPico: picoUsdc(400_000n), outPico: picoUsdc(600_000n), cachedPico: picoUsdc(100_000n) },
    limits: { promptTokens: 100, maxOut: 1_000 },
    ttlMs: 600_000,
    ...changes
  }
}

type Charge = Extract<BudgetEvent, { type: 'charge' }>

/** An honest receipt after so many generated tokens: 40 micro-USDC for the prompt and 0.6 for each. */
export function chargeWith(outTokens: number, changes: Partial<Omit<Charge, 'claim'>> & Partial<Claim> = {}): Charge {
  const { at = noon, id = 'job-1', type = 'charge', ...claim } = changes
  const chargedPico = picoUsdc(40_000_000n + 600_000n * BigInt(outTokens))
  return { type, at, id, claim: { inTokens: 100, cachedTokens: 0, outTokens, chargedPico, ...claim } }
}

export const micro = (value: number): MicroUsdc => microUsdc(BigInt(value))

/** The state after events, and the last step. */
export function run(events: readonly BudgetEvent[], policy: BudgetPolicy = policyWith()): BudgetStep {
  let step: BudgetStep = { state: emptyBudget, decision: { type: 'noted' }, effects: [] }
  for (const event of events) step = stepBudget(step.state, event, policy)
  return step
}

/** The code of a refusal. */
export const refusedAs = (decision: BudgetDecision): string => {
  if (decision.type !== 'refused') throw new Error(`not refused: ${decision.type}`)
  return decision.refusal.code
}
