import { expect, it } from 'vitest'
import { createLoadedModels } from './loaded-models.ts'

it('a model is loaded until the last of its instances is gone', () => {
  const loaded = createLoadedModels()
  expect(loaded.has('a')).toBe(false)
  const [first, second] = [loaded.add('a'), loaded.add('a')]
  loaded.add('b')
  first()
  first()
  expect(loaded.has('a')).toBe(true)
  second()
  expect([loaded.has('a'), loaded.has('b')]).toEqual([false, true])
})
