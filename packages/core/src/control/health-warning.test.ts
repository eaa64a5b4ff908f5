import { describe, expect, it } from 'vitest'
import { healthWarning, healthWarningSchema } from './health-warning.ts'
import { type WarningSpec, warningTable } from './warning-table.ts'

describe('a health warning', () => {
  it('fills the blanks of its text and remedy', () => {
    expect(healthWarning('peer-key-changed', { name: 'mini' })).toEqual({
      id: 'peer-key-changed',
      severity: 'warning',
      text: 'Where mini was, a machine with another key answers; nothing is sent to it.',
      advice: expect.stringMatching(/^If mini was set up anew/)
    })
  })

  it('fills once: what looks like a blank in a value stays', () => {
    const { text } = healthWarning('preload-failed', { model: '{reason}', reason: '$&', advice: 'x' })
    expect(text).toBe('{reason} could not be loaded: $&')
  })

  it('is cut where a reason is endless', () => {
    const { text } = healthWarning('preload-failed', { model: 'm', reason: 'x'.repeat(100_000), advice: 'x' })
    expect(text.length).toBeLessThan(20_000)
  })

  it('needs every blank, and stands in the table, for the compiler', () => {
    // @ts-expect-error a blank is missing
    healthWarning('peer-key-changed', {})
    // @ts-expect-error no such warning
    expect(() => healthWarning('no-such', {})).toThrow()
    // @ts-expect-error a warning that was made by hand
    const byHand: ReturnType<typeof healthWarning> = { id: 'no-peers', severity: 'info', text: 'A.', advice: 'B.' }
    expect(byHand.id).toBe('no-peers')
  })

  it.each([
    ['an unknown id', { id: 'no-such' }],
    ['an inherited id', { id: 'toString' }],
    ['no severity', { severity: undefined }],
    ['an endless text', { text: 'x'.repeat(100_000) }]
  ])('does not parse with %s', (_, change) => {
    const sound = { id: 'no-peers', severity: 'info', text: 'A.', advice: 'B.' }
    expect(healthWarningSchema.safeParse(sound).success).toBe(true)
    expect(healthWarningSchema.safeParse({ ...sound, ...change }).success).toBe(false)
  })
})

describe('the table', () => {
  it.each(Object.entries<WarningSpec>(warningTable))('%s speaks in sentences', (id, { title, text, remedy }) => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(title).toMatch(/^[A-Z].*[^.]$/)
    // These tell in words of others what is wrong.
    if (id === 'preload-failed' || id === 'gpu-unused') return
    expect(text).toMatch(/^[A-Z{].*\.$/)
    expect(remedy).toMatch(/^[A-Z{].*\.$/)
  })
})
