import { type MicroUsdc, microUsdc } from '@unhosted/core/units'
import { certain, type Ppm } from './probability.ts'

/** What gas costs: the chain's price and that of its coin. */
export interface GasPrice {
  readonly weiPerGas: bigint
  readonly microUsdcPerEther: MicroUsdc
}

const weiPerEther = 10n ** 18n

/** What `gas` costs, rounded up. */
export const gasCost = (gas: bigint, { weiPerGas, microUsdcPerEther }: GasPrice): MicroUsdc =>
  microUsdc(dividedUp(gas * weiPerGas * microUsdcPerEther, weiPerEther))

/** The least funding of a lane whose gas is at most the share `overhead` of it, rounded up; `overhead` above 0. */
export const leastLane = (cost: MicroUsdc, overhead: Ppm): MicroUsdc =>
  microUsdc(dividedUp(cost * BigInt(certain), BigInt(overhead)))

const dividedUp = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor
