import { describe, expect, it } from 'vitest'
import { createKeyedSerial, createSerial } from './serial.ts'

/** Work that ends when it is told to. */
function step(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const work = async (): Promise<string> => {
    log.push(`${name} starts`)
    await promise
    log.push(`${name} ends`)
    return name
  }
  return { work, resolve, reject }
}

describe('a serial', () => {
  it('starts each when the one before is over, failed or not', async () => {
    const log: string[] = []
    const run = createSerial()
    const [a, b] = [step(log, 'a'), step(log, 'b')]
    const failing = expect(run(a.work)).rejects.toThrow('no')
    const second = run(b.work)
    a.reject(new Error('no'))
    b.resolve()
    await failing
    expect(await second).toBe('b')
    expect(log).toEqual(['a starts', 'b starts', 'b ends'])
  })

  it('by key lets other keys pass, and keeps the order of its own', async () => {
    const log: string[] = []
    const run = createKeyedSerial<string>()
    const [a, b, c] = [step(log, 'a'), step(log, 'b'), step(log, 'c')]
    const all = [run('x', a.work), run('x', b.work), run('y', c.work)]
    c.resolve()
    await all[2]
    b.resolve()
    a.resolve()
    await Promise.all(all)
    expect(log.filter((line) => !line.startsWith('c'))).toEqual(['a starts', 'a ends', 'b starts', 'b ends'])
    expect(log.indexOf('c ends')).toBeLessThan(log.indexOf('a ends'))
  })
})
