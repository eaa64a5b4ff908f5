import { describe, expect, it } from 'vitest'
import { createEmitter } from './emitter.ts'

interface Events {
  ping: number
}

function setUp() {
  const failures: object[] = []
  const heard: string[] = []
  const emitter = createEmitter<Events>({ error: (facts) => void failures.push(facts) })
  const hear = (name: string) => emitter.on('ping', (value) => void heard.push(`${name} ${value}`))
  return { emitter, failures, heard, hear }
}

describe('an emitter', () => {
  it('reports a listener that throws, and tells the others and the caller nothing of it', () => {
    const { emitter, failures, heard, hear } = setUp()
    hear('first')
    emitter.on('ping', () => {
      throw new Error('no')
    })
    hear('last')
    expect(() => emitter.emit('ping', 1)).not.toThrow()
    expect(heard).toEqual(['first 1', 'last 1'])
    expect(failures).toEqual([{ event: 'ping', error: 'Error: no' }])
  })

  it('tells a listener that is removed nothing more, also when it is removed by another one', () => {
    const { emitter, heard, hear } = setUp()
    const remove = hear('first')
    emitter.on('ping', remove)
    emitter.emit('ping', 1)
    emitter.emit('ping', 2)
    expect(heard).toEqual(['first 1'])
  })

  it('tells a listener that is added while an event is told only of the next one', () => {
    const { emitter, heard, hear } = setUp()
    const once = emitter.on('ping', () => {
      once()
      hear('late')
    })
    emitter.emit('ping', 1)
    emitter.emit('ping', 2)
    expect(heard).toEqual(['late 2'])
  })
})
