import { describe, expect, it } from 'vitest'
import type { ServableModel } from '../../control/index.ts'
import { findModelEntry, modelEntries, modelList } from './model-list.ts'

const model = (letter: string, names: readonly string[], loaded = false): ServableModel => ({
  id: `sha256:${letter.repeat(64)}`,
  names,
  sizeBytes: 7,
  holders: [{ peerId: 'p1', machine: 'laptop', loaded }]
})

describe('model list', () => {
  it('lists a model under each of its names, and says where it is', () => {
    const entries = modelEntries([model('a', ['tiny', 'tiny:latest'], true)])
    expect(entries.map(({ id }) => id)).toEqual(['tiny', 'tiny:latest'])
    expect(entries[0]).toMatchObject({
      object: 'model',
      owned_by: 'unhosted',
      unhosted: { loaded: true, size_bytes: 7, holders: [{ machine: 'laptop', peer_id: 'p1', loaded: true }] }
    })
  })

  it('gives a shared name to the first', () => {
    const [a, b] = [model('a', ['tiny']), model('b', ['tiny', 'other'])]
    expect(modelEntries([a, b]).map(({ id, unhosted }) => [id, unhosted.model_id])).toEqual([
      ['tiny', a.id],
      ['other', b.id]
    ])
  })

  it('has what both official clients page by', () => {
    expect(modelList([model('a', ['x', 'y'])])).toMatchObject({
      object: 'list',
      has_more: false,
      first_id: 'x',
      last_id: 'y'
    })
    expect(modelList([])).toEqual({ object: 'list', data: [], has_more: false, first_id: null, last_id: null })
  })

  it('finds by name and by id', () => {
    const models = [model('a', ['tiny', 'small'])]
    expect(findModelEntry(models, 'small')?.id).toBe('small')
    expect(findModelEntry(models, `sha256:${'a'.repeat(64)}`)?.id).toBe('tiny')
    expect(findModelEntry(models, 'absent')).toBeUndefined()
  })
})
