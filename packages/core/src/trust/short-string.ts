import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** What both ends of an interactive pairing know; the ids are those that Noise authenticated. */
export interface PairingTranscript {
  readonly offererId: string
  readonly answererId: string
  /** 64 hex digits each. */
  readonly offererNonce: string
  readonly answererNonce: string
}

/**
 * The offerer's promise, sent before it has seen the answerer's nonce. It keeps whoever offers from
 * trying nonces until the digits suit: one guess in a million is all that is left.
 */
export function commitment(facts: Omit<PairingTranscript, 'answererNonce'>): string {
  return bytesToHex(
    sha256(utf8ToBytes(`unhosted pair commit v1|${facts.offererId}|${facts.answererId}|${facts.offererNonce}`))
  )
}

/** The six digits that both people compare. Someone in the middle has another id towards each side, so other digits. */
export function shortString(transcript: PairingTranscript): string {
  const { offererId, answererId, offererNonce, answererNonce } = transcript
  const digest = sha256(
    utf8ToBytes(`unhosted pair digits v1|${offererId}|${answererId}|${offererNonce}|${answererNonce}`)
  )
  // 48 bits modulo 10^6: the bias is below 4e-9.
  let value = 0
  for (const byte of digest.subarray(0, 6)) value = value * 256 + byte
  return String(value % 1_000_000).padStart(6, '0')
}
