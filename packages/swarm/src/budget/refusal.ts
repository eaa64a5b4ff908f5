import type { MicroUsdc } from '@unhosted/core/units'
import { formatUsdc } from '../deal/index.ts'
import { BaseError, type ErrorCode } from '../errors/index.ts'

/** The amount that was refused against one cap. */
export interface CapStatus {
  readonly cap: 'request' | 'key' | 'day' | 'month'
  /** `day 2026-11-21`, `key my-app month 2026-11`, `request r1`. */
  readonly name: string
  readonly limit: MicroUsdc
  /** Rounded up. */
  readonly spent: MicroUsdc
  /** Set aside for what runs now, rounded up. */
  readonly held: MicroUsdc
  /** Rounded down; 0 where a cap was lowered below what is spent. */
  readonly left: MicroUsdc
  /** ms since 1970; null where it never does. */
  readonly renewsAt: number | null
}

export type RefusalCode = Extract<ErrorCode, `BUDGET_${string}`>

/** Why nothing was reserved or signed, for a person. */
export interface Refusal {
  readonly code: RefusalCode
  readonly reason: string
  readonly advice: string
  /** Where a cap is what refused. */
  readonly cap: CapStatus | null
}

export const refusal = (code: RefusalCode, reason: string, advice: string): Refusal => ({
  code,
  reason,
  advice,
  cap: null
})

/** What and why in one piece of text. */
export const explainRefusal = ({ reason, advice }: Refusal): string => `${reason} ${advice}`

export function refusalError({ code, reason, advice, cap }: Refusal): BaseError {
  return new BaseError(code, reason, { advice, details: cap === null ? {} : { ...cap } })
}

const codes = {
  request: 'BUDGET_REQUEST_CAP',
  key: 'BUDGET_KEY_CAP',
  day: 'BUDGET_DAY_CAP',
  month: 'BUDGET_MONTH_CAP'
} as const

/** `needed` does not fit into what is left. */
export function overCap(status: CapStatus, needed: MicroUsdc): Refusal {
  const { cap, name, limit, spent, held, left, renewsAt } = status
  const use = `${formatUsdc(spent)} spent, ${formatUsdc(held)} set aside for what runs now`
  const renewal = renewsAt === null ? 'It does not renew.' : `It renews at ${new Date(renewsAt).toISOString()}.`
  const wait = held > 0n ? 'Wait for running requests to end, ' : renewsAt === null ? '' : 'Wait until it renews, '
  const rest = cap === 'request' ? 'raise the cap per request or ask for fewer tokens.' : `raise the ${cap} cap.`
  return {
    code: codes[cap],
    reason:
      `This may cost up to ${formatUsdc(needed)}, but of the cap of ${formatUsdc(limit)} for ${name} ` +
      `only ${formatUsdc(left)} is left (${use}). ${renewal}`,
    advice: wait === '' ? `${rest.charAt(0).toUpperCase()}${rest.slice(1)}` : `${wait}or ${rest}`,
    cap: status
  }
}
