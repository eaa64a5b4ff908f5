import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PersistentMap } from './persistent-map.ts'

const contents = (map: PersistentMap<number>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))

describe('PersistentMap', () => {
  // FNV-1a maps these pairs to the same 32 bits (known collisions), so they share a chain.
  const colliding = ['costarring', 'liquid', 'declinate', 'macallums', 'altarage', 'zinke']
  const keys = fc.oneof(fc.constantFrom(...colliding), fc.nat(300).map(String))
  const changes = fc.array(fc.tuple(keys, fc.option(fc.nat(), { freq: 3 })), { maxLength: 600, size: 'max' })

  it('is a Map, and no version of it ever changes', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const model = new Map<string, number>()
        let map = PersistentMap.empty<number>()
        const versions: [PersistentMap<number>, ReturnType<typeof contents>][] = []
        for (const [key, value] of list) {
          if (value === null) model.delete(key)
          else model.set(key, value)
          map = value === null ? map.delete(key) : map.set(key, value)
          expect(map.get(key)).toBe(model.get(key))
          if (versions.length < 5) versions.push([map, contents(map)])
        }
        expect(contents(map)).toEqual([...model].toSorted(([a], [b]) => (a < b ? -1 : 1)))
        for (const key of colliding) expect(map.get(key)).toBe(model.get(key))
        for (const [version, then] of versions) expect(contents(version)).toEqual(then)
      }),
      { numRuns: 30 }
    )
  })

  it('keys of one hash stand beside each other', () => {
    let map = PersistentMap.empty<number>()
    for (const [index, key] of colliding.entries()) map = map.set(key, index)
    expect(colliding.map((key) => map.get(key))).toEqual([0, 1, 2, 3, 4, 5])
    expect(contents(map.delete('liquid').set('costarring', 9))).toEqual(
      contents(map).flatMap(([key, value]) => (key === 'liquid' ? [] : [[key, key === 'costarring' ? 9 : value]]))
    )
    expect(map.get('absent')).toBeUndefined()
  })

  it('deleting what is not there gives the same map', () => {
    const map = PersistentMap.empty<number>().set('a', 1).set('b', 2)
    expect(map.delete('c')).toBe(map)
    expect([...map.delete('a').delete('b')]).toEqual([])
    expect(PersistentMap.empty().delete('a').get('a')).toBeUndefined()
  })
})
