import { wrapCells } from '@unhosted/terminal'

/** Longer lines are hard to read. */
const widestHelp = 100
/** A line of two columns: `  --port  Port of the endpoint`. */
const columnsOfLine = /^(\s+\S.*?\s{2,})(\S.*)$/

/**
 * The help of the parser, broken between words; yargs itself would break within them. Descriptions stay in their column.
 * @param columns of the terminal
 */
export function wrapHelp(text: string, columns: number): string {
  const width = Math.min(columns, widestHelp)
  return text
    .split('\n')
    .map((line) => wrapHelpLine(line, width))
    .join('\n')
}

function wrapHelpLine(line: string, width: number): string {
  if (line.length <= width) return line
  const [, label = '', description = line] = columnsOfLine.exec(line) ?? []
  // Under a label that takes most of the line, the description goes to the next lines.
  if (label.length > width / 2) return `${label.trimEnd()}\n${wrapCells(description, width, 6)}`
  return label + wrapCells(description, width, label.length, label.length)
}
