import { z } from 'zod'
import { BaseError, type ErrorCode, errorTable, isBaseError } from '../errors.ts'

const maxSentence = 1000

/** An error as it travels between peers: bounded, and rebuilt on the other side. */
export const wireErrorSchema = z.strictObject({
  code: z.string().min(1).max(64),
  message: z.string().max(maxSentence),
  advice: z.string().max(maxSentence)
})
export type WireError = Readonly<z.infer<typeof wireErrorSchema>>

/** What a peer is told of an error. A fault that is not a `BaseError` says nothing of its insides. */
export function toWireError(error: unknown): WireError {
  if (!isBaseError(error)) {
    return {
      code: 'INTERNAL',
      message: 'The other machine hit a fault of its own.',
      advice: errorTable.INTERNAL.remedy
    }
  }
  return { code: error.code, message: printable(error.message), advice: printable(error.advice) }
}

/** The error a peer told of. A code that this version does not know becomes PEER_PROTOCOL; text is made safe to print. */
export function fromWireError(wire: WireError): BaseError {
  const code: ErrorCode = Object.hasOwn(errorTable, wire.code) ? (wire.code as ErrorCode) : 'PEER_PROTOCOL'
  const message = printable(wire.message)
  return new BaseError(code, message === '' ? errorTable[code].meaning : message, {
    advice: printable(wire.advice) || errorTable[code].remedy
  })
}

/** Without control and formatting characters, and not too long. */
function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, maxSentence)
    .trim()
}
