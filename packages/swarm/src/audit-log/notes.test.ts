import { hexToBytes } from '@noble/hashes/utils.js'
import * as Base64 from 'ox/Base64'
import { describe, expect, it } from 'vitest'
import { BaseError } from '../errors/index.ts'
import { checkpointBody, ledgerHead, openCheckpoint, parseCheckpointBody, signCheckpoint } from './checkpoint.ts'
import { cosign, cosignedAt } from './cosignature.ts'
import { emptyRoot } from './hash.ts'
import { isLineOf, parseVerifierKey, publicHalf, renderVerifierKey, verifyEd25519 } from './note-keys.ts'
import { type NoteSignature, parseNote, renderNote } from './signed-note.ts'
import { logKey, witnessKeys } from './testing/sample-log.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof BaseError) return error.code
    throw error
  }
  return 'none'
}

// golang.org/x/mod/sumdb/note, example_test.go; the signing key is the published 32-byte seed.
const peter = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const peterSeed = Base64.toBytes('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz').slice(1)
const problemNote = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

// A checkpoint of a public staging log with cosignatures of public witnesses, as its operators served it.
const arche = 'arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f'
const remora = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2'
const served = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

\u2014 arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
\u2014 arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
\u2014 transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
\u2014 witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
\u2014 remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
\u2014 witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
`

describe('published notes', () => {
  it('the note of sumdb verifies, and its key and text come out as they went in', () => {
    const key = parseVerifierKey(peter)
    const note = parseNote(problemNote)
    const [line] = note.signatures as [NoteSignature]
    expect(isLineOf(key, line)).toBe(true)
    expect(verifyEd25519(line.signature, utf8(note.text), key.publicKey)).toBe(true)
    expect(renderVerifierKey(key)).toBe(peter)
    expect(renderNote(note)).toBe(problemNote)
    expect(renderVerifierKey(publicHalf({ name: 'PeterNeumann', role: 'log', seed: peterSeed }))).toBe(peter)
  })

  // c2sp.org/signed-note, test vectors.
  it('the note of the specification verifies', () => {
    const key = parseVerifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')
    const { text, signatures } = parseNote(
      'This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n'
    )
    expect(verifyEd25519((signatures[0] as NoteSignature).signature, utf8(text), key.publicKey)).toBe(true)
  })

  it('a served checkpoint opens, and a witness cosigned it when it said', () => {
    const { checkpoint, note } = openCheckpoint(served, parseVerifierKey(arche))
    expect(checkpoint.size).toBe(1_432_088_532)
    const witness = parseVerifierKey(remora)
    const line = note.signatures.find((line) => isLineOf(witness, line)) as NoteSignature
    expect(cosignedAt(note.text, line, witness)).toBe(1_779_573_024)
    expect(cosignedAt(note.text.replace('1432088532', '1432088533'), line, witness)).toBeNull()
    expect(renderNote(note)).toBe(served)
  })
})

const checkpoint = { origin: logKey.name, size: 3, root: hexToBytes('ab'.repeat(32)) }
const signedNote = renderNote(signCheckpoint(checkpoint, logKey))
const body = checkpointBody(checkpoint)
const signatureLine = signedNote.slice(body.length + 1)

describe('a checkpoint', () => {
  it('is three lines, and its head is their SHA-256', () => {
    expect(body).toBe('ledger.example/ada\n3\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n')
    expect(parseCheckpointBody(body)).toEqual(checkpoint)
    expect(ledgerHead({ origin: 'a', size: 0, root: emptyRoot })).toMatch(/^0x[0-9a-f]{64}$/)
    expect(ledgerHead(checkpoint)).not.toBe(ledgerHead({ ...checkpoint, size: 4 }))
  })

  it.each([
    ['a line more', `${body}extension\n`],
    ['a line fewer', 'ledger.example/ada\n3\n'],
    ['no newline at its end', body.slice(0, -1)],
    ['no origin', body.replace('ledger.example/ada', '')],
    ['an origin with a space', body.replace('/', ' ')],
    ['a size with a zero before it', body.replace('\n3\n', '\n03\n')],
    ['a negative size', body.replace('\n3\n', '\n-3\n')],
    ['a size beyond any log', body.replace('\n3\n', '\n2147483648\n')],
    ['a root of another length', body.replace('q6ur', '')],
    ['a root with loose bits', body.replace('q6s=', 'q6t=')],
    ['a root in the other alphabet', body.replace('q6ur', '____')]
  ])('is refused with %s', (_, text) => {
    expect(codeOf(() => parseCheckpointBody(text))).toBe('AUDIT_NOTE_MALFORMED')
  })

  it.each([
    ['nothing', ''],
    ['no signatures', `${body}\n`],
    ['no empty line', body + signatureLine],
    ['no text', `\n${signatureLine}`],
    ['no newline at its end', signedNote.slice(0, -1)],
    ['a carriage return', signedNote.replaceAll('\n', '\r\n')],
    ['half of a surrogate pair', `\ud800${signedNote}`],
    ['a hyphen for the dash', signedNote.replace('\u2014', '-')],
    ['two blanks', signedNote.replace('\u2014 ', '\u2014  ')],
    ['a name with a plus sign', signedNote.replace('\u2014 ledger', '\u2014 +ledger')],
    ['a blank of another script', signedNote.replace('\u2014 ledger', '\u2014 \u3000ledger')],
    ['a signature that is none', `${body}\n\u2014 a AAAA\n`],
    ['more signatures than any has', `${body}\n${signatureLine.repeat(33)}`],
    ['more text than any has', `${'x'.repeat(70_000)}\n\n${signatureLine}`]
  ])('is refused as a note with %s', (_, text) => {
    expect(codeOf(() => openCheckpoint(text, publicHalf(logKey)))).toBe('AUDIT_NOTE_MALFORMED')
  })

  it.each([
    ['of another log', signedNote.replaceAll('ada', 'eve'), 'AUDIT_ORIGIN_WRONG'],
    ['of another size', signedNote.replace('\n3\n', '\n4\n'), 'AUDIT_SIGNATURE_INVALID'],
    ['signed by another key alone', signedNote.replace('\u2014 ledger', '\u2014 ledge'), 'AUDIT_SIGNATURE_INVALID'],
    ['signed twice', signedNote + signatureLine, 'AUDIT_SIGNATURE_INVALID']
  ])('is refused when it is %s', (_, text, code) => {
    expect(codeOf(() => openCheckpoint(text, publicHalf(logKey)))).toBe(code)
  })

  it('is signed by the key of its log only, and only when it parses', () => {
    const [witness] = witnessKeys as [(typeof witnessKeys)[0]]
    expect(codeOf(() => signCheckpoint({ ...checkpoint, origin: 'other' }, logKey))).toBe('AUDIT_KEY_MALFORMED')
    expect(codeOf(() => signCheckpoint({ ...checkpoint, origin: witness.name }, witness))).toBe('AUDIT_KEY_MALFORMED')
    expect(codeOf(() => signCheckpoint({ ...checkpoint, size: 0.5 }, logKey))).toBe('AUDIT_NOTE_MALFORMED')
    expect(codeOf(() => signCheckpoint({ ...checkpoint, root: new Uint8Array(31) }, logKey))).toBe(
      'AUDIT_NOTE_MALFORMED'
    )
  })
})

describe('a verifier key', () => {
  it.each([
    ['empty', ''],
    ['without a name', peter.replace('PeterNeumann', '')],
    ['of another name', peter.replace('Peter', 'Pieter')],
    ['with another id', peter.replace('c74f20a3', 'c74f20a4')],
    ['with an id in capitals', peter.replace('c74f20a3', 'C74F20A3')],
    ['of another algorithm', 'a+00000000+BgAA'],
    ['that is no point', `a+00000000+${Base64.fromBytes(Uint8Array.of(1, ...new Uint8Array(32).fill(2)))}`],
    [
      'of small order, which signs everything',
      `a+00000000+${Base64.fromBytes(Uint8Array.of(1, 1, ...new Uint8Array(31)))}`
    ],
    ['endless', `a+00000000+${'A'.repeat(100_000)}`]
  ])('is refused when it is %s', (_, text) => {
    expect(codeOf(() => parseVerifierKey(text))).toBe('AUDIT_KEY_MALFORMED')
  })
})

describe('a cosignature', () => {
  const [witness, other] = witnessKeys.map(publicHalf) as [ReturnType<typeof publicHalf>, ReturnType<typeof publicHalf>]
  const line = cosign(checkpoint, 1_800_000_000, witnessKeys[0] as (typeof witnessKeys)[0])

  it('says who and when', () => {
    expect(isLineOf(witness, line)).toBe(true)
    expect(cosignedAt(body, line, witness)).toBe(1_800_000_000)
  })

  it.each([
    ['by another', other, line],
    ['by a log', publicHalf(logKey), line],
    ['of another length', witness, { ...line, signature: line.signature.slice(1) }],
    ['at another time', witness, { ...line, signature: line.signature.with(7, 1) }],
    ['at a time beyond numbers', witness, { ...line, signature: line.signature.with(0, 0x80) }]
  ])('is none %s', (_, key, line) => {
    expect(cosignedAt(body, line, key)).toBeNull()
  })

  it('is not given by the key of a log, or at no time', () => {
    expect(codeOf(() => cosign(checkpoint, 1, logKey))).toBe('AUDIT_KEY_MALFORMED')
    expect(() => cosign(checkpoint, -1, witnessKeys[0] as (typeof witnessKeys)[0])).toThrow(RangeError)
  })
})
