import { defaultGrants, type PeerRecord } from '@unhosted/core/peers'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../log/index.ts'
import { createRecordWriter, type RecordWriter } from './record-writer.ts'

const record = (peerId: string): PeerRecord => ({
  peerId,
  name: 'before',
  radius: 'local',
  grants: defaultGrants.local,
  addresses: [],
  pairedAt: 1
})

/**
 * A store whose writes take place when the test lets them.
 * @param onWrite called while a record is being written
 */
function fixture(onWrite: (writer: RecordWriter) => void = () => {}): {
  writer: RecordWriter
  written: PeerRecord[]
  settle: (error?: Error) => Promise<void>
  waiting: () => number
} {
  const written: PeerRecord[] = []
  const turns: ((error?: Error) => void)[] = []
  const writer = createRecordWriter({
    peersStore: {
      update: (peerId, next) =>
        new Promise((resolve, reject) => {
          turns.push((error) => {
            if (error !== undefined) return reject(error)
            written.push(next(record(peerId)))
            onWrite(writer)
            resolve()
          })
        })
    },
    log: silentLog
  })
  const settle = async (error?: Error): Promise<void> => {
    turns.shift()?.(error)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { writer, written, settle, waiting: () => turns.length }
}

const words = (name: string): { name: string; addresses: string[] } => ({ name, addresses: [`/dns4/${name}/tcp/1`] })

describe('the writer of records', () => {
  it('writes the latest that a peer said, once, however often it said something', async () => {
    const { writer, written, settle, waiting } = fixture()
    for (const name of ['a', 'b', 'c']) writer.save('p', words(name))
    expect(waiting()).toBe(1)
    await settle()
    expect(written).toEqual([{ ...record('p'), ...words('c') }])
    expect(waiting()).toBe(0)
  })

  it('writes what a peer said during a write after it, and no more than that', async () => {
    const said = ['b', 'c']
    const { writer, written, settle, waiting } = fixture((inner) => {
      for (const name of said.splice(0)) inner.save('p', words(name))
    })
    writer.save('p', words('a'))
    await settle()
    await settle()
    expect(written.map(({ name }) => name)).toEqual(['a', 'c'])
    expect(waiting()).toBe(0)
  })

  it('writes for another peer meanwhile', async () => {
    const { writer, written, settle } = fixture()
    writer.save('p', words('a'))
    writer.save('q', words('b'))
    await settle()
    await settle()
    expect(written.map(({ peerId, name }) => [peerId, name])).toEqual([
      ['p', 'a'],
      ['q', 'b']
    ])
  })

  it('writes again after a write that failed', async () => {
    const { writer, written, settle } = fixture()
    writer.save('p', words('a'))
    await settle(new Error('the disk is full'))
    writer.save('p', words('b'))
    await settle()
    expect(written.map(({ name }) => name)).toEqual(['b'])
  })
})
