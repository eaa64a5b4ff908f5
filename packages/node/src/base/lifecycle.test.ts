import { describe, expect, test } from 'vitest'
import { Lifecycle } from './lifecycle.ts'

describe('Lifecycle', () => {
  test('stops in reverse, once, and goes on past a part that fails', async () => {
    const calls: string[] = []
    const lifecycle = new Lifecycle((name) => calls.push(`failed ${name}`))
    lifecycle.add('first', () => void calls.push('first'))
    lifecycle.add('second', () => Promise.reject(new Error('no')))
    lifecycle.add('third', async () => void calls.push('third'))
    await Promise.all([lifecycle.stop(), lifecycle.stop()])
    expect(calls).toEqual(['third', 'failed second', 'first'])
  })
})
