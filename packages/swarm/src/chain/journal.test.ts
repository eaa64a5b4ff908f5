import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { head, untilTheEnd as signal } from '../testing/index.ts'
import { type Intent, openJournal } from './journal.ts'

const account = `0x${'11'.repeat(20)}` as const
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-journal-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const intent = (index: number, finished: boolean): Intent => ({
  operation: `op ${index}`,
  what: 'pay',
  to: account,
  data: '0xabcd',
  dataHash: head('22'),
  value: 0n,
  nonce: index,
  gas: 21_000n,
  attempts: [{ hash: head('33'), raw: '0x02', maxFeePerGas: 2n ** 70n, maxPriorityFeePerGas: 1n }],
  finished
})

describe('a journal', () => {
  it('gives back what was put, for the owner only', async () => {
    const journal = openJournal(folder, 1, account)
    await journal.alone(signal, () => journal.put(intent(0, false)))
    expect(await openJournal(folder, 1, account).read()).toEqual([intent(0, false)])
    const [name] = await readdir(folder)
    expect((await stat(join(folder, name ?? ''))).mode & 0o777).toBe(0o600)
  })

  it('keeps chains and accounts apart', async () => {
    const journal = openJournal(folder, 1, account)
    await journal.alone(signal, () => journal.put(intent(0, false)))
    expect(await openJournal(folder, 2, account).read()).toEqual([])
    expect(await openJournal(folder, 1, `0x${'12'.repeat(20)}`).read()).toEqual([])
  })

  it('forgets the data of old ones, then them, but never one that is open', async () => {
    const journal = openJournal(folder, 1, account)
    await writeFile(
      join(folder, `transactions-1-${account}.json`),
      JSON.stringify({
        version: 1,
        intents: [intent(-1, false), ...Array.from({ length: 288 }, (_, index) => intent(index, true))].map((each) => ({
          ...each,
          nonce: each.nonce + 1,
          value: '0',
          gas: '21000',
          attempts: each.attempts.map((one) => ({ ...one, maxFeePerGas: '2', maxPriorityFeePerGas: '1' }))
        }))
      })
    )
    await journal.alone(signal, () => journal.put(intent(300, true)))
    const kept = await journal.read()
    expect(kept).toHaveLength(289)
    expect(kept.map(({ operation }) => operation)).not.toContain('op 0')
    expect(kept.at(-1)?.operation).toBe('op -1')
    expect(kept.filter(({ data }) => data === '0x')).toHaveLength(256)
    expect(kept.filter(({ attempts }) => attempts[0]?.raw !== '0x')).toHaveLength(33)
  })

  it('that was changed by hand is corrupt, not empty', async () => {
    const journal = openJournal(folder, 1, account)
    await journal.alone(signal, () => journal.put(intent(0, false)))
    const path = join(folder, `transactions-1-${account}.json`)
    await writeFile(path, (await readFile(path, 'utf8')).replace('"nonce": 0', '"nonce": -5'))
    await expect(journal.read()).rejects.toMatchObject({ code: 'HOME_CORRUPT' })
  })

  it('lets one work at a time, over processes', async () => {
    const journals = [openJournal(folder, 1, account), openJournal(folder, 1, account)]
    let inside = 0
    let most = 0
    await Promise.all(
      [0, 1, 2, 3].map((index) =>
        journals[index % 2]?.alone(signal, async () => {
          inside += 1
          most = Math.max(most, inside)
          await readdir(folder)
          inside -= 1
        })
      )
    )
    expect(most).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })
})
