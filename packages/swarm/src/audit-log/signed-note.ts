import * as Base64 from 'ox/Base64'
import { problem, quoted } from './problem.ts'

// Signed notes: https://c2sp.org/signed-note. Text, an empty line, then one line for each signature:
// em dash, space, key name, space, base64(key id || signature).

/** Most characters of a signed note that is parsed. */
export const maxNoteLength = 64 * 1024
/** Most signatures on a note; the specification asks for 16 or more. */
export const maxNoteSignatures = 32
const maxNameLength = 256
const maxSignatureBytes = 8 * 1024

export interface NoteSignature {
  readonly name: string
  /** 4 bytes; with the name it says which key, and which algorithm. */
  readonly keyId: Uint8Array
  readonly signature: Uint8Array
}

export interface SignedNote {
  /** What is signed: ends in a newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const prefix = '\u2014 '
const keyIdBytes = 4

/**
 * Parse a note. No signature is verified here.
 * @throws BaseError AUDIT_NOTE_MALFORMED
 */
export function parseNote(note: string): SignedNote {
  if (note.length > maxNoteLength) throw malformed(`at most ${maxNoteLength} characters`, `${note.length}`)
  if (!note.isWellFormed()) throw malformed('Unicode', 'half of a surrogate pair')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw malformed('no control characters', 'one')
  const cut = note.lastIndexOf('\n\n')
  if (cut < 1) throw malformed('text, an empty line and signatures', 'no empty line after text')
  const lines = note.slice(cut + 2).split('\n')
  if (lines.pop() !== '') throw malformed('a newline at the end', 'none')
  if (lines.length < 1 || lines.length > maxNoteSignatures) {
    throw malformed(`1 to ${maxNoteSignatures} signatures`, `${lines.length}`)
  }
  return { text: note.slice(0, cut + 1), signatures: lines.map(parseSignatureLine) }
}

/** The note as it travels; `parseNote` gives the same back. */
export function renderNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(renderSignatureLine).join('')}`
}

/** @throws BaseError AUDIT_NOTE_MALFORMED */
export function parseSignatureLine(line: string): NoteSignature {
  const [name, base64, ...rest] = line.startsWith(prefix) ? line.slice(prefix.length).split(' ') : []
  if (name === undefined || base64 === undefined || rest.length > 0) {
    throw malformed('signature lines of an em dash, a key name and base64', quoted(line))
  }
  if (!isKeyName(name)) throw malformed('a key name without spaces and plus signs', quoted(name))
  const bytes = decodeBase64(base64)
  if (bytes === null || bytes.length <= keyIdBytes || bytes.length > maxSignatureBytes) {
    throw malformed('base64 of a key id and a signature', quoted(base64))
  }
  return { name, keyId: bytes.slice(0, keyIdBytes), signature: bytes.slice(keyIdBytes) }
}

/** With its newline. */
export function renderSignatureLine({ name, keyId, signature }: NoteSignature): string {
  return `${prefix}${name} ${Base64.fromBytes(Uint8Array.of(...keyId, ...signature))}\n`
}

/** Whether a key may be called so. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.length <= maxNameLength && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name)
}

/** RFC 4648, section 4, in its one canonical form; null for anything else. */
export function decodeBase64(text: string): Uint8Array | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null
  const bytes = Base64.toBytes(text)
  return Base64.fromBytes(bytes) === text ? bytes : null
}

const malformed = (expected: string, found: string, cause?: unknown) =>
  problem('AUDIT_NOTE_MALFORMED', { part: 'checkpoint', index: null, cause }, expected, found)
