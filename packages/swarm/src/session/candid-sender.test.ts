import type { LocalAccount } from 'viem'
import { describe, expect, it } from 'vitest'
import type { AccountSender } from '../chain/index.ts'
import { devAccount } from '../testing/index.ts'
import { createCandidSender } from './candid-sender.ts'

const request = { operation: 'o', what: 'w', to: devAccount(1).address, data: '0x', value: 0n } as const
const transaction = { type: 'eip1559', chainId: 1, nonce: 0, gas: 21_000n, to: devAccount(1).address } as const

/** A chain that never answers, where `signs` transactions were signed before Ctrl-C. */
function stoppedAfter(signs: number): { readonly sending: Promise<unknown>; readonly notes: readonly string[] } {
  const stop = new AbortController()
  const notes: string[] = []
  const createSender = (account: LocalAccount): AccountSender => ({
    address: devAccount(0).address.toLowerCase() as `0x${string}`,
    resume: async () => [],
    send: async (_request, signal) => {
      for (let count = 0; count < signs; count += 1) await account.signTransaction(transaction)
      stop.abort(new Error('Ctrl-C'))
      throw signal.reason
    }
  })
  const sender = createCandidSender({ account: devAccount(0), createSender, note: (text) => notes.push(text) })
  return { sending: sender.send(request, stop.signal), notes }
}

describe('Ctrl-C while a transaction is sent', () => {
  it('says after the signature that it stands', async () => {
    const { sending, notes } = stoppedAfter(1)
    await expect(sending).rejects.toMatchObject({ code: 'TX_PENDING', message: expect.stringContaining('signed') })
    expect(notes).toEqual([expect.stringContaining('does not cancel the transaction')])
  })

  it('cancels before the signature', async () => {
    const { sending, notes } = stoppedAfter(0)
    await expect(sending).rejects.toThrow('Ctrl-C')
    expect(notes).toEqual([])
  })
})
