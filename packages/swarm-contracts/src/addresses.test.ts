import { getAddress } from 'viem'
import { expect, it } from 'vitest'
import { devChainId, swarmAddresses, usdcAddress } from './addresses.ts'
import { isBaseError } from './errors.ts'

const deployment = {
  chainId: devChainId,
  usdc: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  swarmLanes: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
  providerStake: '0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0'
} as const

it.each([
  ['Base', 8453],
  ['Base Sepolia', 84532]
])('USDC on %s has a checksummed address', (_, chainId) => {
  const address = usdcAddress(chainId)
  expect(address).toBe(getAddress(address ?? '0x'))
})

it('USDC is not known on a development chain', () => {
  expect(usdcAddress(devChainId)).toBeUndefined()
})

it('a deployment of your own is used on its chain', () => {
  expect(swarmAddresses(devChainId, deployment)).toEqual({
    usdc: deployment.usdc,
    swarmLanes: deployment.swarmLanes,
    providerStake: deployment.providerStake
  })
})

it.each([
  ['no public chain has the contracts', 8453, undefined],
  ['a deployment is not used on another chain', 84532, deployment]
])('%s', (_, chainId, given) => {
  const error = catchError(() => swarmAddresses(chainId, given))
  expect(isBaseError(error, 'SWARM_NOT_DEPLOYED')).toBe(true)
  expect(error).toMatchObject({ advice: expect.stringContaining('npm run chain'), details: { chainId } })
})

function catchError(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}
