import type { HealthWarning } from '@unhosted/core/control'
import type { BaseError } from '@unhosted/core/errors'

/** What was looked at, and how it is. */
export interface Check {
  /** Stable kebab-case id: `home`, `engine`. */
  readonly id: string
  readonly state: 'ok' | HealthWarning['severity']
  readonly text: string
  /** null where all is well. */
  readonly advice: string | null
}

export function ok(id: string, text: string): Check {
  return { id, state: 'ok', text, advice: null }
}

export function fromError(id: string, { message, advice }: BaseError): Check {
  return { id, state: 'error', text: message, advice }
}

/** @param id what was looked at; by default the warning's own id */
export function fromWarning(warning: HealthWarning, id: string = warning.id): Check {
  const { severity, text, advice } = warning
  return { id, state: severity, text, advice }
}
