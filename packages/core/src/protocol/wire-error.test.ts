import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BaseError } from '../errors/index.ts'
import { fromWireError, toWireError, wireErrorSchema } from './wire-error.ts'

it('brings an error across', () => {
  const error = new BaseError('LEASE_REFUSED', 'Only 3 GiB are free.', { advice: 'Lend more.', cause: new Error('x') })
  const rebuilt = fromWireError(wireErrorSchema.parse(JSON.parse(JSON.stringify(toWireError(error)))))
  expect(rebuilt).toMatchObject({ code: 'LEASE_REFUSED', message: 'Only 3 GiB are free.', advice: 'Lend more.' })
  expect(rebuilt.cause).toBeUndefined()
})

it.each([
  ['a plain error', new Error('/home/me/secret')],
  ['a text', 'boom'],
  ['nothing', null]
])('tells nothing of the insides of %s', (_id, thrown) => {
  expect(toWireError(thrown)).toMatchObject({ code: 'INTERNAL', message: 'The other machine hit a fault of its own.' })
})

it('does not tell a peer where things lie on this machine', () => {
  const error = new BaseError('ENGINE_START_FAILED', 'llama-server ended: failed to open /home/me/model.gguf.', {
    advice: 'The whole output is in /home/me/.unhosted/logs/engine/llama-server-0.log.'
  })
  const wire = toWireError(error)
  expect(wire.code).toBe('ENGINE_START_FAILED')
  expect(JSON.stringify(wire)).not.toContain('/home/me')
})

describe('what a peer sends as an error', () => {
  it.each([
    ['an unknown code', 'NO_SUCH_CODE'],
    ['a name of the prototype', 'constructor'],
    ['another', '__proto__']
  ])('becomes a breach of protocol for %s', (_id, code) => {
    expect(fromWireError({ code, message: 'm', advice: 'a' })).toMatchObject({ code: 'PEER_PROTOCOL', message: 'm' })
  })

  it('never puts control characters on a terminal, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1000 }), fc.string({ unit: 'binary' }), (message, advice) => {
        const error = fromWireError({ code: 'NO_CAPACITY', message, advice })
        expect(`${error.message}${error.advice}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        expect(error.message).not.toBe('')
        expect(error.advice).not.toBe('')
      })
    )
  })

  it.each([
    ['too long a message', { code: 'USAGE', message: 'x'.repeat(1001), advice: '' }],
    ['no code', { code: '', message: '', advice: '' }],
    ['a field too many', { code: 'USAGE', message: '', advice: '', stack: 'at x' }]
  ])('is refused with %s', (_id, value) => {
    expect(wireErrorSchema.safeParse(value).success).toBe(false)
  })
})

it('cuts what is too long to send', () => {
  const wire = toWireError(new BaseError('INTERNAL', 'x'.repeat(5000), { advice: 'y'.repeat(5000) }))
  expect(wireErrorSchema.safeParse(wire).success).toBe(true)
})
