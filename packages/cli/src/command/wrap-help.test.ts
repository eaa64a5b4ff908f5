import { describe, expect, it } from 'vitest'
import { wrapHelp } from './wrap-help.ts'

describe('wrapHelp', () => {
  const cases: { id: string; text: string; wrapped: string }[] = [
    { id: 'a line that fits', text: '  --json  Print JSON', wrapped: '  --json  Print JSON' },
    {
      id: 'a paragraph',
      text: 'Requests go through the endpoint of the daemon.',
      wrapped: 'Requests go through the\nendpoint of the daemon.'
    },
    {
      id: 'a description, which stays in its column',
      text: '  --port  Port of the endpoint  [string]',
      wrapped: '  --port  Port of the\n          endpoint\n          [string]'
    },
    {
      id: 'a description behind a wide label',
      text: '  unhosted pair --address  if multicast is blocked',
      wrapped: '  unhosted pair --address\n      if multicast is\n      blocked'
    }
  ]
  it.each(cases)('$id', ({ text, wrapped }) => {
    expect(wrapHelp(text, 23)).toBe(wrapped)
  })

  it('takes no more than 100 columns of a wide terminal', () => {
    const lines = wrapHelp('word '.repeat(60).trim(), 300).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
  })
})
