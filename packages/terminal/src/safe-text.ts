// Names and answers come from other machines and from models: a terminal must never obey them.

/** Control, format and line-breaking characters: all that moves a cursor, recolours, or reorders text. */
const unsafeInLine = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
/** In running text line breaks and tabs are fine, and joiners make emoji; bidirectional overrides are not. */
const unsafeInText = /(?![\n\t])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** One line that can stand in a table. */
export function safeLine(text: string): string {
  return text.replace(unsafeInLine, '\ufffd')
}

/** Text of several lines, whole or in pieces: each character is judged alone, so splitting changes nothing. */
export function safeText(text: string): string {
  return text.replace(unsafeInText, '')
}
