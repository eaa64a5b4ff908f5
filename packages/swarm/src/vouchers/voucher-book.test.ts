import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { microUsdc } from '@unhosted/core/units'
import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import type { LocalAccount } from 'viem'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { laneId as idOf, isSignedBy, type Lane } from '../deal/index.ts'
import {
  devAccount,
  head,
  laneWith,
  nowhere,
  openLane,
  untilTheEnd as signal,
  slowMachine,
  voucherOn
} from '../testing/index.ts'
import { createVoucherBook } from './voucher-book.ts'

vi.setConfig(slowMachine)

const deployment: SwarmDeployment = {
  ...nowhere,
  usdc: nowhere.swarmLanes,
  disputeBond: 1n,
  fromBlock: 0n,
  token: { name: 'USDC', version: '2' }
}
const lane = laneWith()
const laneId = idOf(lane)
const plenty = openLane(1_000_000n)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-vouchers-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** One process with the folder: another one is the same requester after a crash. */
const bookOf = (account: LocalAccount = devAccount(3)) => createVoucherBook({ deployment, account, folder })
const promise = (cumulative: bigint, byte = 'ab') => ({ cumulative: microUsdc(cumulative), ledgerHead: head(byte) })

async function begun(lanes: readonly Lane[] = [lane]) {
  const book = bookOf()
  for (const each of lanes) await book.begin(each, signal)
  return book
}

describe('a book of vouchers', () => {
  it('signs what the contracts and the provider take', async () => {
    const voucher = await (await begun()).sign(laneId, plenty, () => promise(7n), signal)
    expect(voucher.object).toEqual({ laneId, ...promise(7n) })
    expect(isSignedBy('Voucher', voucher, nowhere, lane.signer)).toBe(true)
  })

  it('never signs less than before, nor the same under another head, whoever asks after a restart', async () => {
    await (await begun()).sign(laneId, plenty, () => promise(7n), signal)
    for (const lower of [promise(6n), promise(7n, 'cd'), promise(0n)]) {
      await expect(bookOf().sign(laneId, plenty, () => lower, signal)).rejects.toMatchObject({
        code: 'VOUCHER_NOT_HIGHER',
        details: { last: '7' }
      })
    }
    expect((await bookOf().sign(laneId, plenty, () => promise(8n), signal)).object.cumulative).toBe(8n)
  })

  it('signs the same again as it was, for one that got lost on the way', async () => {
    const first = await (await begun()).sign(laneId, plenty, () => promise(7n), signal)
    expect(await bookOf().sign(laneId, plenty, () => promise(7n), signal)).toEqual(first)
  })

  it('has the sum on disk before the signature exists', async () => {
    const seen: string[] = []
    const account: LocalAccount = {
      ...devAccount(3),
      signTypedData: async () => {
        for (const name of await readdir(folder))
          if (name.endsWith('.json')) seen.push(await readFile(join(folder, name), 'utf8'))
        throw new Error('power cut')
      }
    }
    const book = bookOf(account)
    await book.begin(lane, signal)
    await expect(book.sign(laneId, plenty, () => promise(7n), signal)).rejects.toThrow('power cut')
    expect(JSON.parse(seen[0] ?? '')).toMatchObject({ promised: { cumulative: '7' } })
    expect((await bookOf().last(laneId)).cumulative).toBe(7n)
    await expect(bookOf().sign(laneId, plenty, () => promise(6n), signal)).rejects.toMatchObject({
      code: 'VOUCHER_NOT_HIGHER'
    })
  })

  it('serves many callers of several processes in turn: every sum is signed once', async () => {
    await begun()
    const books = [bookOf(), bookOf()]
    const vouchers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        books[index % 2]?.sign(laneId, plenty, (last) => promise(last.cumulative + 1n), signal)
      )
    )
    const sums = vouchers.map((voucher) => Number(voucher?.object.cumulative)).toSorted((a, b) => a - b)
    expect(sums).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    expect((await readdir(folder)).filter((name) => !name.endsWith('.json'))).toEqual([])
  })

  it('signs one lane while another one waits', async () => {
    const other = laneWith({ nonce: 1n })
    const book = await begun([lane, other])
    const { promise: gate, resolve } = Promise.withResolvers<void>()
    const slow: LocalAccount = {
      ...devAccount(3),
      signTypedData: async (typed) => {
        await gate
        return devAccount(3).signTypedData(typed)
      }
    }
    const waiting = bookOf(slow).sign(laneId, plenty, () => promise(7n), signal)
    expect((await book.sign(idOf(other), plenty, () => promise(9n), signal)).object.cumulative).toBe(9n)
    resolve()
    expect((await waiting).object.cumulative).toBe(7n)
  })

  it.each([
    ['above the funding', openLane(6n), 'VOUCHER_ABOVE_FUNDING'],
    ['on a lane that closes', openLane(9n, 0n, { status: 'closing', closesAt: 5 }), 'VOUCHER_LANE_CLOSING'],
    ['on a lane that is not there', openLane(0n, 0n, { status: 'unknown' }), 'VOUCHER_LANE_UNKNOWN'],
    ['where more was claimed than we know of', openLane(99n, 1n), 'VOUCHER_STATE_BEHIND']
  ])('signs nothing %s, and notes nothing', async (_, state, code) => {
    const book = await begun()
    await expect(book.sign(laneId, state, () => promise(7n), signal)).rejects.toMatchObject({ code })
    expect((await book.last(laneId)).cumulative).toBe(0n)
  })

  it('signs nothing on a lane of another signer', async () => {
    const book = bookOf(devAccount(4))
    await book.begin(lane, signal)
    await expect(book.sign(laneId, plenty, () => promise(7n), signal)).rejects.toMatchObject({
      code: 'VOUCHER_WRONG_PARTY'
    })
  })
})

describe('a lost record', () => {
  it('stops all signing until it is replaced', async () => {
    await expect(bookOf().sign(laneId, plenty, () => promise(7n), signal)).rejects.toMatchObject({
      code: 'VOUCHER_STATE_MISSING',
      advice: expect.stringMatching(/get the highest voucher/)
    })
  })

  it('is replaced by our own voucher, from whoever has it, and only upwards', async () => {
    const book = bookOf()
    await book.adopt(lane, await voucherOn(lane, 40n), signal)
    await book.adopt(lane, await voucherOn(lane, 30n), signal)
    expect((await book.last(laneId)).cumulative).toBe(40n)
    await expect(book.sign(laneId, plenty, () => promise(39n), signal)).rejects.toMatchObject({
      code: 'VOUCHER_NOT_HIGHER'
    })
  })

  it.each([
    ['a voucher that someone else signed', () => voucherOn(lane, 40n, { signer: devAccount(2) })],
    ['a voucher of another lane', () => voucherOn(laneWith({ nonce: 9n }), 40n)],
    ['a voucher of another chain', () => voucherOn(lane, 40n, { deployment: { ...nowhere, chainId: 1 } })]
  ])('is not replaced by %s', async (_, voucher) => {
    await expect(bookOf().adopt(lane, await voucher(), signal)).rejects.toMatchObject({ code: 'VOUCHER_WRONG_PARTY' })
    await expect(bookOf().last(laneId)).rejects.toMatchObject({ code: 'VOUCHER_STATE_MISSING' })
  })

  it('that was cut short is corrupt, not empty', async () => {
    await begun()
    const [name] = await readdir(folder)
    await writeFile(join(folder, name ?? ''), '{"version":1,')
    await expect(bookOf().sign(laneId, plenty, () => promise(7n), signal)).rejects.toMatchObject({
      code: 'HOME_CORRUPT'
    })
  })

  it('of one deployment is not that of another with the same lane', async () => {
    await (await begun()).sign(laneId, plenty, () => promise(7n), signal)
    const elsewhere = createVoucherBook({ deployment: { ...deployment, chainId: 1 }, account: devAccount(3), folder })
    await expect(elsewhere.last(laneId)).rejects.toMatchObject({ code: 'VOUCHER_STATE_MISSING' })
  })
})
