import { describe, expect, it } from 'vitest'
import { BaseError, isBaseError } from './index.ts'

const error = new BaseError('MODEL_UNKNOWN', 'There is no model "x".', {
  advice: 'List models with unhosted models ls.'
})

describe('BaseError', () => {
  it('keeps code, message and advice, and knows its status', () => {
    expect(error).toMatchObject({
      name: 'UnhostedError',
      code: 'MODEL_UNKNOWN',
      message: 'There is no model "x".',
      advice: 'List models with unhosted models ls.',
      status: 404,
      details: {}
    })
  })

  it('has no cause of its own making', () => {
    expect(Object.hasOwn(error, 'cause')).toBe(false)
  })

  it('walks down to the cause that is looked for', () => {
    const root = new RangeError('root')
    const outer = new BaseError('INTERNAL', 'outer', { advice: '', cause: new Error('middle', { cause: root }) })
    expect(outer.walk((each) => each instanceof RangeError)).toBe(root)
    expect(outer.walk((each) => each === outer)).toBe(outer)
    expect(outer.walk((each) => each instanceof SyntaxError)).toBeUndefined()
  })

  it('walks over a cause that is no error', () => {
    const odd = new BaseError('INTERNAL', 'odd', { advice: '', cause: 'text' })
    expect(odd.walk((each) => each === 'text')).toBe('text')
    expect(odd.walk(() => false)).toBeUndefined()
  })
})

describe('isBaseError', () => {
  it('tells codes apart', () => {
    expect(isBaseError(error)).toBe(true)
    expect(isBaseError(error, 'MODEL_UNKNOWN')).toBe(true)
    expect(isBaseError(error, 'INTERNAL')).toBe(false)
    expect(isBaseError(new Error('other'))).toBe(false)
    expect(isBaseError(undefined)).toBe(false)
  })
})
