/** The longest a reservation lives, and how far back an event may date: 24 h. */
export const dayMs = 86_400_000

/** Days since 1970-01-01 in UTC. The calendar here is UTC everywhere: no daylight saving, the same on all machines. */
export const dayNumber = (at: number): number => Math.floor(at / dayMs)

/** `2026-11-21`. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** `2026-11`. */
export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7)

/** When the day after begins. */
export const nextDay = (at: number): number => (dayNumber(at) + 1) * dayMs

/** When the month after begins. */
export function nextMonth(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}
