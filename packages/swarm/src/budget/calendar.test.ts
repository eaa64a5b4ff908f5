import { expect, it } from 'vitest'
import { dayNumber, dayOf, monthOf, nextDay, nextMonth } from './calendar.ts'

it.each([
  ['1970-01-01T00:00:00.000Z', '1970-01-02', '1970-02-01'],
  ['2026-11-21T23:59:59.999Z', '2026-11-22', '2026-12-01'],
  ['2026-12-31T12:00:00.000Z', '2027-01-01', '2027-01-01'],
  ['2028-02-28T00:00:00.000Z', '2028-02-29', '2028-03-01'],
  ['2028-02-29T23:59:59.999Z', '2028-03-01', '2028-03-01']
])('%s: the next day is %s, the next month begins on %s', (text, day, month) => {
  const at = Date.parse(text)
  expect([dayOf(at), monthOf(at)]).toEqual([text.slice(0, 10), text.slice(0, 7)])
  expect(new Date(nextDay(at)).toISOString()).toBe(`${day}T00:00:00.000Z`)
  expect(new Date(nextMonth(at)).toISOString()).toBe(`${month}T00:00:00.000Z`)
  expect(dayNumber(nextDay(at))).toBe(dayNumber(at) + 1)
})
