import type { MicroUsdc } from '@unhosted/core/units'
import { formatEther } from 'viem'
import { formatUsdc } from '../deal/index.ts'

/** `$1,250.00 USDC`: exact. */
export function usdcInWords(amount: MicroUsdc): string {
  const [whole = '', fraction = ''] = formatUsdc(amount).split('.')
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction} USDC`
}

/** `0.012345 ETH`, rounded down to a millionth: for gas, nothing smaller matters. @param wei not negative */
export function ethInWords(wei: bigint): string {
  const [whole = '0', fraction = ''] = formatEther(wei - (wei % 1_000_000_000_000n)).split('.')
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction === '' ? '' : `.${fraction}`} ETH`
}
