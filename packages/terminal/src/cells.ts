import { stripVTControlCharacters } from 'node:util'

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const zero = /\p{M}|\p{Cf}/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with ESC
const pieces = /\u001b\[[0-9;]*m|./gsu
const reset = '\u001b[0m'

/** Terminal cells that a text takes, colours not counted. */
export function cellWidth(text: string): number {
  let width = 0
  for (const character of stripVTControlCharacters(text)) width += widthOf(character)
  return width
}

/** At most `cells` cells of a coloured line; what is cut is marked, and colours end with it. */
export function truncateCells(text: string, cells: number): string {
  if (cellWidth(text) <= cells) return text
  let kept = ''
  let width = 0
  for (const [piece] of text.matchAll(pieces)) {
    const more = piece.startsWith('\u001b') ? 0 : widthOf(piece)
    if (width + more > cells - 1) break
    kept += piece
    width += more
  }
  return `${kept}\u2026${kept.includes('\u001b') ? reset : ''}`
}

export function padCells(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - cellWidth(text)))
}

function widthOf(character: string): number {
  if (zero.test(character)) return 0
  return wide.test(character) ? 2 : 1
}
