import { z } from 'zod'
import { BaseError, type ErrorCode, errorSpec, isBaseError, isErrorCode, printable } from '../errors/index.ts'

const maxSentence = 1000

/** An error as it travels between peers: bounded, and rebuilt on the other side. */
export const wireErrorSchema = z.strictObject({
  code: z.string().min(1).max(64),
  message: z.string().max(maxSentence),
  advice: z.string().max(maxSentence)
})
export type WireError = Readonly<z.infer<typeof wireErrorSchema>>

/** Their texts name files and programs of the machine, which is no business of a peer. */
const privateCodes: ReadonlySet<ErrorCode> = new Set([
  'CONFIG_INVALID',
  'DISK_FULL',
  'ENGINE_BUILD_FAILED',
  'ENGINE_MISSING',
  'ENGINE_START_FAILED',
  'HOME_CORRUPT',
  'HOME_UNUSABLE',
  'MODEL_INVALID'
])

/** What a peer is told of an error. A fault that is not a `BaseError` says nothing of its insides. */
export function toWireError(error: unknown): WireError {
  if (!isBaseError(error)) {
    return {
      code: 'INTERNAL',
      message: 'The other machine hit a fault of its own.',
      advice: errorSpec('INTERNAL').remedy
    }
  }
  if (privateCodes.has(error.code)) {
    const message = `On the other machine: ${errorSpec(error.code).meaning}`
    return { code: error.code, message, advice: 'The log on that machine has the details.' }
  }
  return {
    code: error.code,
    message: printable(error.message, maxSentence),
    advice: printable(error.advice, maxSentence)
  }
}

/** The error a peer told of. A code that this version does not know becomes PEER_PROTOCOL; text is made safe to print. */
export function fromWireError(wire: WireError): BaseError {
  const code: ErrorCode = isErrorCode(wire.code) ? wire.code : 'PEER_PROTOCOL'
  const message = printable(wire.message, maxSentence)
  return new BaseError(code, message === '' ? errorSpec(code).meaning : message, {
    advice: printable(wire.advice, maxSentence, errorSpec(code).remedy)
  })
}
