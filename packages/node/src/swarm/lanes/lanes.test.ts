import { microUsdc } from '@unhosted/core/units'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devAccount, type SwarmChain, untilTheEnd as signal, startSwarmChain } from '../testing/index.ts'
import { createLanes, type Lanes } from './lanes.ts'

const [payer, provider, signer] = [devAccount(1), devAccount(2), devAccount(3)]
let chain: SwarmChain
let asPayer: Lanes
let asProvider: Lanes

beforeAll(async () => {
  chain = await startSwarmChain()
  const lanesOf = async (account: ReturnType<typeof devAccount>) =>
    createLanes({ ...chain, sender: await chain.sender(account), account })
  asPayer = await lanesOf(payer)
  asProvider = await lanesOf(provider)
})
afterAll(() => chain?.stop())

describe('lanes', () => {
  it('deposit, open, withdraw', async () => {
    await asPayer.deposit(microUsdc(10n), { signal })
    await asPayer.depositWithAuthorization(microUsdc(90n), { signal })
    expect(await asPayer.account(payer.address, signal)).toEqual({ free: 100n, lanesOpened: 0n })
    const terms = { provider: provider.address, signer: signer.address, closeWindow: 3600, amount: microUsdc(60n) }
    const { laneId } = await asPayer.open(terms, { signal })
    expect(await asProvider.lane(laneId, 1, signal)).toMatchObject({ status: 'open', funded: 60n })
  })
})
