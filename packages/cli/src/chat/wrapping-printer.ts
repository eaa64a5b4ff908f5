import { cellWidth, type Output, safeText } from '@unhosted/terminal'

/**
 * Prints a streamed answer word by word, lines broken between words and indented by `indent` cells: for prose that
 * nobody will paste. Where there is no terminal nothing is broken.
 * @param indent cells that stand before the first line already
 */
export function createWrappingPrinter(output: Output, indent: number): { print(text: string): void; end(): void } {
  let column = indent
  let space = ''
  let word = ''
  const breakLine = (): void => {
    output.write(`\n${' '.repeat(indent)}`)
    column = indent
    space = ''
  }
  const flush = (): void => {
    if (word === '') return
    const fits = column + space.length + cellWidth(word) < output.columns()
    if (output.live && !fits && column > indent) breakLine()
    output.write(space + word)
    column += space.length + cellWidth(word)
    space = ''
    word = ''
  }
  return {
    print(text) {
      for (const character of safeText(text)) {
        if (character !== ' ' && character !== '\n') {
          word += character
          continue
        }
        flush()
        if (character === '\n') breakLine()
        else space += column > indent ? ' ' : ''
      }
    },
    end() {
      flush()
      output.write('\n')
    }
  }
}
