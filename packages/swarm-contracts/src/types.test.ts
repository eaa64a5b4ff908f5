import {
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  createWalletClient,
  custom,
  decodeFunctionData,
  encodeFunctionData,
  type Hex,
  parseEventLogs
} from 'viem'
import { readContract } from 'viem/actions'
import { expect, expectTypeOf, it } from 'vitest'
import { providerStakeAbi, swarmLanesAbi } from './index.ts'

// Checked by the compiler (npm run typecheck); nothing here calls a chain.
const transport = custom({ request: () => Promise.reject(new Error('no chain is here')) })
const client = createPublicClient({ transport })
const wallet = createWalletClient({ transport })
const address = '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512'
const lane = { payer: address, provider: address, signer: address, closeWindow: 86_400, nonce: 0n } as const
const head: Hex = `0x${'0'.repeat(64)}`
const claim = { lane, cumulative: 1n, ledgerHead: head, signature: { r: head, vs: head } } as const

it('reading infers results', () => {
  const lanes = { address, abi: swarmLanesAbi } as const
  const readState = () => readContract(client, { ...lanes, functionName: 'laneState', args: [head] })
  expectTypeOf(readState).returns.resolves.toEqualTypeOf<{ funded: bigint; claimed: bigint; closesAt: number }>()
  const readAccount = () => readContract(client, { ...lanes, functionName: 'accountOf', args: [address] })
  expectTypeOf(readAccount).returns.resolves.toEqualTypeOf<readonly [bigint, bigint]>()
  const readToken = () => client.readContract({ address, abi: providerStakeAbi, functionName: 'usdc' })
  expectTypeOf(readToken).returns.resolves.toEqualTypeOf<Address>()
})

it('writing takes structs as they are, and nothing else', () => {
  const call = { address, abi: swarmLanesAbi, functionName: 'claim', chain: null, account: address } as const
  expectTypeOf(() => wallet.writeContract({ ...call, args: [[claim]] })).returns.resolves.toEqualTypeOf<Hex>()
  type Claims = ContractFunctionArgs<typeof swarmLanesAbi, 'nonpayable', 'claim'>
  expectTypeOf<readonly [readonly (typeof claim)[]]>().toExtend<Claims>()
  expectTypeOf<
    readonly [readonly (Omit<typeof claim, 'cumulative'> & { cumulative: number })[]]
  >().not.toExtend<Claims>()
  expectTypeOf<'claim'>().toExtend<ContractFunctionName<typeof swarmLanesAbi>>()
  expectTypeOf<'claimAll'>().not.toExtend<ContractFunctionName<typeof swarmLanesAbi>>()
  const data = encodeFunctionData({ abi: swarmLanesAbi, functionName: 'claim', args: [[claim]] })
  expect(decodeFunctionData({ abi: swarmLanesAbi, data })).toEqual({ functionName: 'claim', args: [[claim]] })
})

it('events infer their arguments', () => {
  const logs = parseEventLogs({ abi: swarmLanesAbi, eventName: 'Claimed', logs: [] })
  type Arguments = (typeof logs)[number]['args']
  expectTypeOf<Arguments>().toEqualTypeOf<{
    laneId: Hex
    provider: Address
    cumulative: bigint
    amount: bigint
    ledgerHead: Hex
  }>()
  expect(logs).toEqual([])
})
