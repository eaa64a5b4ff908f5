import { describe, expect, it } from 'vitest'
import { BaseError } from '../../errors/index.ts'
import { checkRequestShape, maxRequestContainers, maxRequestDepth, readRequestHead } from './request.ts'

const thrown = (act: () => unknown): BaseError => {
  try {
    act()
  } catch (error) {
    if (error instanceof BaseError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('readRequestHead', () => {
  it.each([
    { id: 'a name alone', body: { model: 'tiny' }, head: { model: 'tiny', stream: false } },
    { id: 'a stream', body: { model: 'tiny', stream: true }, head: { model: 'tiny', stream: true } },
    {
      id: 'a null stream, as some clients send',
      body: { model: 'tiny', stream: null },
      head: { model: 'tiny', stream: false }
    },
    {
      id: 'other fields are not looked at',
      body: { model: 'tiny', messages: 7 },
      head: { model: 'tiny', stream: false }
    }
  ])('reads $id', ({ body, head }) => {
    expect(readRequestHead(body)).toEqual(head)
  })

  it.each([
    { id: 'no object', body: 'text', param: null },
    { id: 'null', body: null, param: null },
    { id: 'an array', body: [{ model: 'tiny' }], param: null },
    { id: 'no model', body: {}, param: 'model' },
    { id: 'an empty model', body: { model: '' }, param: 'model' },
    { id: 'a model that is no text', body: { model: 7 }, param: 'model' },
    { id: 'an endless model name', body: { model: 'a'.repeat(257) }, param: 'model' },
    { id: 'a stream that is no truth value', body: { model: 'tiny', stream: 'yes' }, param: 'stream' },
    { id: 'a model that only a prototype has', body: JSON.parse('{"__proto__":{"model":"tiny"}}'), param: 'model' },
    { id: 'a model inherited', body: Object.create({ model: 'tiny' }), param: 'model' }
  ])('refuses $id', ({ body, param }) => {
    const error = thrown(() => readRequestHead(body))
    expect(error.code).toBe('REQUEST_MALFORMED')
    expect(error.details.param).toBe(param)
    expect(error.advice).not.toBe('')
  })
})

describe('checkRequestShape', () => {
  it('lets pass what is at the limits', () => {
    expect(() => checkRequestShape({ depth: maxRequestDepth, containers: maxRequestContainers })).not.toThrow()
  })

  it.each([
    { id: 'too deep', shape: { depth: maxRequestDepth + 1, containers: 1 }, code: 'REQUEST_MALFORMED' },
    { id: 'too many parts', shape: { depth: 1, containers: maxRequestContainers + 1 }, code: 'REQUEST_TOO_LARGE' }
  ])('refuses $id', ({ shape, code }) => {
    expect(thrown(() => checkRequestShape(shape)).code).toBe(code)
  })
})
