import { usdcInWords } from '../chain/index.ts'
import type { StakeState } from '../stakes/index.ts'
import { checksummed } from '../wallet-session/index.ts'
import { spanInWords } from './render.ts'

/** A stake in lines. @param nowSeconds by the chain */
export function renderStake(state: StakeState, nowSeconds: number): string {
  const { amount, liable, openDisputes, leaving, jobKey } = state
  if (amount === 0n && jobKey === null) return 'No stake. Add one with: unhosted swarm stake AMOUNT'
  const lines = [
    `Staked    ${usdcInWords(amount)}`,
    `Liable    ${usdcInWords(liable)}`,
    `Disputes  ${openDisputes === 0 ? 'none open' : `${openDisputes} open: no stake can be withdrawn`}`,
    `Job key   ${jobKey === null ? 'none yet' : checksummed(jobKey)}`
  ]
  if (leaving !== null) {
    const wait = leaving.from - nowSeconds
    const when = wait <= 0 ? 'available now with: unhosted swarm unstake' : `available in ${spanInWords(wait)}`
    lines.push(`Leaving   ${usdcInWords(leaving.amount)}, ${when}`)
  }
  return lines.join('\n')
}

/** The same for programs; amounts are micro-USDC as decimal text. */
export function stakeDocument(provider: string, state: StakeState): Readonly<Record<string, unknown>> {
  const { amount, liable, openDisputes, leaving, jobKey, peerIdHash } = state
  return {
    provider,
    amountMicroUsdc: String(amount),
    liableMicroUsdc: String(liable),
    openDisputes,
    leaving: leaving === null ? null : { amountMicroUsdc: String(leaving.amount), from: leaving.from },
    jobKey,
    peerIdHash
  }
}
