import type { MicroUsdc } from '@unhosted/core/units'
import type { SwarmDeployment } from '@unhosted/swarm-contracts'
import { usageError } from '@unhosted/terminal'
import * as OxAddress from 'ox/Address'
import { type Address, type Hash, parseUsdc } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import { checksummed } from '../wallet-session/index.ts'
import { shortLane } from './render.ts'

/** @throws BaseError AMOUNT_INVALID | USAGE for nothing */
export function parseAmount(text: string): MicroUsdc {
  const amount = parseUsdc(text)
  if (amount === 0n) throw usageError('The amount must be more than 0.')
  return amount
}

/** An address in lower case, or with the checksum of EIP-55, which then must be right. */
export function parseAddress(text: string): Address {
  if (/^0x[0-9a-f]{40}$/.test(text) || OxAddress.validate(text, { strict: true })) return text.toLowerCase() as Address
  throw usageError(`"${text.slice(0, 60)}" is not an address. Copy it exactly: 0x and 40 hexadecimal digits.`)
}

/**
 * A plain transfer to one of the contracts is booked for nobody, and nothing brings it back.
 * @throws BaseError USAGE
 */
export function refuseContract(to: Address, { usdc, swarmLanes, providerStake }: SwarmDeployment): void {
  if (![usdc, swarmLanes, providerStake].some((contract) => contract.toLowerCase() === to)) return
  throw new BaseError('USAGE', `${checksummed(to)} is a contract of the swarm. USDC sent there is lost.`, {
    advice: 'To deposit, use unhosted wallet deposit AMOUNT. To stake, use unhosted swarm stake AMOUNT.'
  })
}

/** The lane whose id begins with `text`, of those that the wallet pays for or earns from. @throws BaseError USAGE */
export function matchLane<T extends { readonly laneId: Hash }>(
  text: string,
  lanes: readonly T[],
  role: 'pays for' | 'earns from'
): T {
  const start = text.toLowerCase().replace(/^0x/, '')
  const found = lanes.filter(({ laneId }) => laneId.slice(2).startsWith(start))
  const [lane] = found
  if (lane !== undefined && found.length === 1 && start !== '') return lane
  const none = lane === undefined || start === ''
  throw new BaseError(
    'USAGE',
    none
      ? `No lane that this wallet ${role} has an id that starts with "${text.slice(0, 70)}".`
      : `Several lanes have an id that starts with "${text}".`,
    {
      advice: none
        ? 'List them with unhosted swarm lanes.'
        : 'Give more characters of the id; unhosted swarm lanes shows the ids.'
    }
  )
}

export function laneClosed(laneId: Hash): BaseError {
  return new BaseError('USAGE', `Lane ${shortLane(laneId)} is already closed.`, {
    advice: 'To open another lane, use unhosted swarm open PROVIDER AMOUNT.'
  })
}
