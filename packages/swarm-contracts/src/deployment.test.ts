import { expect, it } from 'vitest'
import type { SwarmDeployment } from './deploy.ts'
import { formatDeployment, parseDeployment, parseDevChainFile } from './deployment.ts'
import { isBaseError } from './errors.ts'

const deployment: SwarmDeployment = {
  chainId: 31_337,
  usdc: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  swarmLanes: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
  providerStake: '0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0',
  disputeBond: 5_000_000n,
  fromBlock: 2n,
  token: { name: 'USD Coin', version: '2' }
}
const devChain = {
  ...deployment,
  rpc: 'http://127.0.0.1:8545',
  accounts: [{ address: deployment.usdc, privateKey: `0x${'1'.repeat(64)}` as const }]
}
const text = formatDeployment(deployment)

it('a deployment comes back as it was', () => {
  expect(parseDeployment(text)).toEqual(deployment)
})

it('the file of a development chain comes back, and is a deployment too', () => {
  expect(parseDevChainFile(formatDeployment(devChain))).toEqual(devChain)
  expect(parseDeployment(formatDeployment(devChain))).toEqual(deployment)
})

it.each([
  ['no JSON', text.slice(1), 'not JSON'],
  ['something else', '[]', 'it'],
  ['no bond', text.replace('disputeBond', 'other'), 'disputeBond'],
  ['an amount that is no number', text.replace('"5000000"', '"5e6"'), 'disputeBond'],
  ['an address that is too short', text.replace('0x5FbDB2315678', '0x5FbDB231'), 'usdc'],
  ['an address with a typing error', text.replace('0x5FbDB2315678', '0x5FbDB2315679'), 'usdc'],
  ['a token without a name', text.replace('"USD Coin"', '""'), 'token.name'],
  ['a file that is too long', text + ' '.repeat(100_000), 'longer']
])('%s is refused, with what is wrong', (_, malformed, problem) => {
  let error: unknown
  try {
    parseDeployment(malformed)
  } catch (caught) {
    error = caught
  }
  expect(isBaseError(error, 'DEPLOYMENT_MALFORMED')).toBe(true)
  expect(error).toMatchObject({ message: expect.stringContaining(problem), advice: expect.stringContaining('npm run') })
})

it.each([
  ['no accounts', { ...devChain, accounts: [] }],
  ['a key that is none', { ...devChain, accounts: [{ address: deployment.usdc, privateKey: '0x12' as const }] }],
  ['an endpoint that is no address', { ...devChain, rpc: 'file:///etc/passwd' }]
])('a development chain with %s is refused', (_, file) => {
  expect(() => parseDevChainFile(formatDeployment(file))).toThrow('does not parse')
})
