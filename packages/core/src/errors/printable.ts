const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\s]+/gu

/**
 * One line of foreign text (a peer's, a file's, a program's) made safe for terminals, logs and errors. Runs of white
 * space, control, format, private and unassigned characters become one space: nothing in it moves a cursor, starts an
 * escape sequence or reorders what stands beside it. Broken surrogates become U+FFFD. Cut to `maxLength` UTF-16 units,
 * never within a character. Applying it twice changes nothing.
 * @param whenEmpty what to return where nothing is left
 */
export function printable(text: string, maxLength: number, whenEmpty = ''): string {
  // Each character of the input gives at most one of the output, so the rest cannot matter beyond this much white space.
  const clean = text
    .slice(0, maxLength * maxRun)
    .toWellFormed()
    .replace(unsafe, ' ')
    .trim()
    .slice(0, maxLength)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()
  return clean === '' ? whenEmpty : clean
}

/** Bounds the work on hostile input: of a longer one only the first `maxLength * maxRun` units are looked at. */
const maxRun = 16

/** `printable` for where only ASCII may stand, as in HTTP headers: every other character becomes `?`. */
export function printableAscii(text: string, maxLength: number): string {
  return printable(text, maxLength).replace(/[^\x20-\x7e]/gu, '?')
}
