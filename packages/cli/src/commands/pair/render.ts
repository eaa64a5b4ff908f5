import type { InviteView } from '@unhosted/core/control'
import type { Radius } from '@unhosted/core/peers'
import { type Colours, renderQr } from '@unhosted/terminal'
import { renderAge } from '../../render/facts.ts'

/** Five rows of cells for each digit, so that six of them can be read across a desk. */
const shapes: Readonly<Record<string, readonly string[]>> = {
  '0': ['███', '█ █', '█ █', '█ █', '███'],
  '1': [' █ ', '██ ', ' █ ', ' █ ', '███'],
  '2': ['███', '  █', '███', '█  ', '███'],
  '3': ['███', '  █', '███', '  █', '███'],
  '4': ['█ █', '█ █', '███', '  █', '  █'],
  '5': ['███', '█  ', '███', '  █', '███'],
  '6': ['███', '█  ', '███', '█ █', '███'],
  '7': ['███', '  █', '  █', '  █', '  █'],
  '8': ['███', '█ █', '███', '█ █', '███'],
  '9': ['███', '█ █', '███', '  █', '███']
}
const minuteMs = 60_000
const rows = [0, 1, 2, 3, 4] as const

/** The six digits in large, in two groups of three, and once more as text. */
export function renderDigits(digits: string, colours: Colours): string {
  const large = rows.map((row) => {
    const cells = [...digits].map((digit) => shapes[digit]?.[row] ?? '   ')
    return `    ${colours.bold(`${cells.slice(0, 3).join('  ')}      ${cells.slice(3).join('  ')}`)}`
  })
  return ['', ...large, '', `    ${groupDigits(digits)}`, ''].join('\n')
}

function groupDigits(digits: string): string {
  return `${digits.slice(0, 3)} ${digits.slice(3)}`
}

/** What the other machine may do here once it is paired. */
export function explainRadius(radius: Radius): string {
  return radius === 'local'
    ? 'as your own machine (local): it may send requests and borrow lent memory'
    : "as a friend's machine (trusted): it may send requests, and nothing else"
}

export function renderInvite(
  { invite, radius, expiresAt }: InviteView,
  options: { readonly now: number; readonly qr: boolean; readonly colours: Colours }
): string {
  const { colours } = options
  // To the nearest minute: an invite of ten minutes is a moment younger by now.
  const left = Math.max(minuteMs, Math.round((expiresAt - options.now) / minuteMs) * minuteMs)
  const lines = [`On the other machine, within ${renderAge(left)}:`, '']
  lines.push(`  ${colours.bold(`unhosted pair '${invite}'`)}`, '')
  if (options.qr) lines.push(renderQr(invite))
  lines.push(`It works once. Whoever uses it joins ${explainRadius(radius)}.`)
  return lines.join('\n')
}
