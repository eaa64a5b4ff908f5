import { cellWidth } from './cells.ts'

/**
 * Break running text between words, so that no line is wider than `columns` cells. A word that is wider stays whole:
 * paths and addresses are copied from the terminal.
 * @param columns Infinity where the text does not go to a terminal
 * @param indent cells in front of every line, also of those that the text has itself
 * @param firstUsed cells that already stand in the first line, in place of its indent
 */
export function wrapCells(text: string, columns: number, indent = 0, firstUsed: number | null = null): string {
  const lines = text.split('\n').map((line, index) => {
    const begun = index === 0 ? firstUsed : null
    return wrapLine(line.trim(), columns, indent, begun)
  })
  return lines.join('\n')
}

function wrapLine(text: string, columns: number, indent: number, begun: number | null): string {
  const margin = ' '.repeat(indent)
  let wrapped = begun === null ? margin : ''
  let column = begun ?? indent
  let empty = true
  for (const [, space = '', word = ''] of text.matchAll(/( *)([^ ]+)/g)) {
    const width = cellWidth(word)
    if (!empty && column + space.length + width > columns) {
      wrapped += `\n${margin}${word}`
      column = indent + width
    } else {
      wrapped += space + word
      column += space.length + width
    }
    empty = false
  }
  return wrapped
}
