import { microUsdc } from '@unhosted/core/units'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { dealDeployment } from '../chain/deal-deployment.ts'
import {
  devAccount,
  type SwarmChain,
  untilTheEnd as signal,
  slowMachine,
  startSwarmChain,
  voucherOn
} from '../testing/index.ts'
import { createClaims } from './claims.ts'
import { createLanes, type Lanes, type OpenedLane } from './lanes.ts'

vi.setConfig(slowMachine)

// What whole transactions use on a chain, data and start included: what people pay for.

const [payer, provider, signer] = [devAccount(1), devAccount(2), devAccount(3)]
let chain: SwarmChain
let lanes: Lanes

beforeAll(async () => {
  chain = await startSwarmChain()
  const { connection, deployment } = chain
  lanes = createLanes({ connection, deployment, account: payer, sender: await chain.sender(payer) })
})
afterAll(() => chain?.stop())

const terms = { provider: provider.address, signer: signer.address, closeWindow: 86_400, amount: microUsdc(1_000_000n) }

async function claim(opened: readonly OpenedLane[], cumulative: bigint): Promise<number> {
  const { connection, deployment } = chain
  const claims = createClaims({ connection, deployment, sender: await chain.sender(devAccount(8)) })
  const by = { deployment: dealDeployment(deployment) }
  const rows = await Promise.all(
    opened.map(async ({ lane }) => ({ lane, voucher: await voucherOn(lane, cumulative, by) }))
  )
  const [outcome] = await claims.claim(rows, signal)
  if (outcome?.status !== 'claimed') throw new Error(`not claimed: ${JSON.stringify(outcome)}`)
  const receipt = (await chain.rpc('eth_getTransactionReceipt', outcome.hash)) as { gasUsed: string }
  return Number(receipt.gasUsed)
}

describe('gas', () => {
  it('stays below what was aimed at', async () => {
    const deposit = await lanes.depositWithAuthorization(microUsdc(50_000_000n), { signal })
    const first = await lanes.open(terms, { signal })
    const used: Record<string, number> = {
      'deposit by EIP-3009': Number(deposit.gasUsed),
      'open, the first of a payer': Number(first.receipt.gasUsed),
      'first claim': await claim([first], 300_000n),
      'repeat claim': await claim([first], 600_000n)
    }
    const ten: OpenedLane[] = []
    for (let count = 0; count < 10; count += 1) ten.push(await lanes.open(terms, { signal }))
    used['open, a later one'] = Number(ten[0]?.receipt.gasUsed)
    used['claim of 10 lanes'] = await claim(ten, 500_000n)
    used['claim of 10 lanes again'] = await claim(ten, 700_000n)
    console.info(
      Object.entries(used)
        .map(([what, gas]) => `${what}: ${gas}`)
        .join('\n')
    )

    expect(used['deposit by EIP-3009']).toBeLessThanOrEqual(120_000)
    expect(used['open, the first of a payer']).toBeLessThanOrEqual(125_000)
    expect(used['first claim']).toBeLessThanOrEqual(66_000)
    expect(used['repeat claim']).toBeLessThanOrEqual(48_000)
    expect(used['claim of 10 lanes']).toBeLessThanOrEqual(235_000)
  })
})
