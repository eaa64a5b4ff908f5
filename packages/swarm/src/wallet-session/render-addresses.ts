import type { Colours } from '@unhosted/terminal'
import * as OxAddress from 'ox/Address'
import type { Address } from '../deal/index.ts'
import type { WalletRole } from '../wallet/index.ts'

const meanings: Readonly<Record<WalletRole, string>> = {
  payer: 'owns the money: send USDC, and ETH for gas, to this address',
  laneSigner: 'signs vouchers; can spend only the money in open lanes',
  jobKey: 'signs quotes and receipts when this machine works for others'
}
const titles: Readonly<Record<WalletRole, string>> = { payer: 'Payer', laneSigner: 'Lane signer', jobKey: 'Job key' }

/** With the checksum of EIP-55, which other wallets want. */
export const checksummed = (address: Address): string => OxAddress.checksum(address)

/** The addresses of a wallet, each with what it is for. */
export function renderAddresses(addresses: Readonly<Record<WalletRole, Address>>, colours: Colours): string {
  const rows = (Object.keys(titles) as WalletRole[]).map(
    (role) =>
      `${titles[role].padEnd(12)} ${colours.bold(checksummed(addresses[role]))}\n${' '.repeat(13)}${colours.dim(meanings[role])}`
  )
  return rows.join('\n')
}
