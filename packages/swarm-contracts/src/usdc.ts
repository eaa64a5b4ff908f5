import { type Address, BaseError as ChainError, type Client, HttpRequestError, parseAbi, TimeoutError } from 'viem'
import { getCode, readContract } from 'viem/actions'
import { BaseError } from './errors.ts'
import { domainSeparator } from './runtime.ts'

/** What of FiatToken's interface tells how it signs. */
const abi = parseAbi([
  'function name() view returns (string)',
  'function version() view returns (string)',
  'function decimals() view returns (uint8)',
  'function DOMAIN_SEPARATOR() view returns (bytes32)'
])

/** How a USDC signs (EIP-3009, permit): read from the chain, because the name differs between deployments. */
export interface UsdcFacts {
  readonly address: Address
  /** EIP-712 name: "USD Coin" on Base, "USDC" on Base Sepolia. */
  readonly name: string
  /** EIP-712 version: "2" since FiatToken V2. */
  readonly version: string
}

/**
 * Read how the token at `address` signs, and check that it is like USDC: 6 decimals, and the domain separator that
 * follows from its name and version. A failing RPC endpoint is viem's error, passed through.
 * @throws BaseError DEPLOY_TOKEN_UNSUITABLE
 */
export async function readUsdc(client: Client, address: Address, chainId: number): Promise<UsdcFacts> {
  // Without viem's error as cause: it holds the endpoint's address, which may hold a key.
  const unsuitable = (what: string): BaseError =>
    new BaseError('DEPLOY_TOKEN_UNSUITABLE', `The contract at ${address} on chain ${chainId} ${what}.`, {
      advice: 'Give the address of USDC on this chain; on a development chain leave it out, and a mock is deployed.',
      details: { address, chainId }
    })
  const read = <F extends (typeof abi)[number]['name']>(functionName: F) =>
    readContract(client, { address, abi, functionName }).catch((cause: unknown) => {
      throw isTransport(cause) ? cause : unsuitable(`does not answer ${functionName}() as USDC does`)
    })
  if ((await getCode(client, { address })) === undefined) throw unsuitable('does not exist')
  const [name, version, decimals, separator] = await Promise.all([
    read('name'),
    read('version'),
    read('decimals'),
    read('DOMAIN_SEPARATOR')
  ])
  if (decimals !== 6) throw unsuitable(`has ${decimals} decimals, not 6`)
  if (separator !== domainSeparator({ name, version, chainId, verifyingContract: address })) {
    throw unsuitable(`does not sign under its name "${name}" and version "${version}"`)
  }
  return { address, name, version }
}

/** Whether the endpoint failed, and not the contract that was asked. */
function isTransport(error: unknown): boolean {
  return (
    error instanceof ChainError &&
    error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError) !== null
  )
}
