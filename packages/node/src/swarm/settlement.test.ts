import { microUsdc } from '@unhosted/core/units'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClaims } from './lanes/claims.ts'
import { createLanes } from './lanes/lanes.ts'
import { readUsdcBalance } from './lanes/token.ts'
import { devAccount, type SwarmChain, untilTheEnd as signal, startSwarmChain } from './testing/index.ts'
import { createVoucherBook } from './vouchers/voucher-book.ts'
import { openVoucherInbox } from './vouchers/voucher-inbox.ts'

let chain: SwarmChain
beforeAll(async () => {
  chain = await startSwarmChain()
})
afterAll(() => chain?.stop())

describe('a lane from end to end', () => {
  it('deposit, open, sign, accept, claim, withdraw, close', async () => {
    const [payer, provider, signer, stranger] = [devAccount(1), devAccount(2), devAccount(3), devAccount(9)]
    const { connection, deployment } = chain
    const requester = createLanes({ connection, deployment, account: payer, sender: await chain.sender(payer) })
    const sender = await chain.sender(provider)
    const earner = createLanes({ connection, deployment, account: provider, sender })

    await requester.depositWithAuthorization(microUsdc(5_000_000n), { signal })
    const { lane, laneId } = await requester.open(
      { provider: provider.address, signer: signer.address, closeWindow: 3600, amount: microUsdc(1_000_000n) },
      { signal }
    )
    const book = createVoucherBook({ deployment, account: signer, folder: await chain.folder() })
    await book.begin(lane, signal)
    const inbox = await openVoucherInbox({
      connection,
      deployment,
      provider: provider.address,
      folder: await chain.folder()
    })
    const ledgerHead = `0x${'ab'.repeat(32)}` as const
    for (const cumulative of [250_000n, 700_000n]) {
      const state = await requester.lane(laneId, 1, signal)
      const voucher = await book.sign(laneId, state, () => ({ cumulative: microUsdc(cumulative), ledgerHead }), signal)
      expect(await inbox.accept(lane, voucher, signal)).toEqual({
        laneId,
        added: cumulative === 250_000n ? 250_000n : 450_000n
      })
    }

    const claims = createClaims({ connection, deployment, sender })
    expect(await claims.claim(inbox.held(), signal)).toMatchObject([{ laneId, status: 'claimed', amount: 700_000n }])
    expect(await claims.claim(inbox.held(), signal)).toMatchObject([
      { laneId, status: 'skipped', reason: 'NothingNew', hash: null }
    ])
    await earner.withdrawEarnings(stranger.address, microUsdc(700_000n), { signal })
    expect(await readUsdcBalance(connection, deployment.usdc, stranger.address, signal)).toBe(700_000n)
    expect(await earner.release(lane, { signal })).toBe(300_000n)
    await requester.withdrawDeposit(stranger.address, microUsdc(4_300_000n), { signal })
    expect(await readUsdcBalance(connection, deployment.usdc, stranger.address, signal)).toBe(5_000_000n)
    expect(await requester.account(payer.address, signal)).toEqual({ free: 0n, lanesOpened: 1n })
  })
})
