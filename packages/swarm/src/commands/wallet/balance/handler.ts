import { microUsdc } from '@unhosted/core/units'
import { findLanes, readBalances } from '../../../access/index.ts'
import { ethInWords, usdcInWords } from '../../../chain/index.ts'
import type { chainOptions } from '../../../options/index.ts'
import type { Handler } from '../../../options/types.ts'
import { openChain } from '../../../session/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import { checksummed } from '../../../wallet-session/index.ts'

export const handle: Handler<typeof chainOptions, Record<never, never>> = async (args, context) => {
  const { output, paths, signal } = context
  const { payer } = await walletAddresses(paths)
  const swarm = await openChain(args, context)
  const balances = await readBalances(swarm, payer, signal)
  const lanes = await findLanes(swarm, { payer }, signal)
  const inLanes = microUsdc(lanes.reduce((sum, { state }) => sum + (state.funded - state.claimed), 0n))
  const { chainId } = swarm.deployment
  const amounts = { ...balances.micro, inLanes }
  output.result(
    {
      chainId,
      payer,
      wei: String(balances.wei),
      ...Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [`${name}MicroUsdc`, String(amount)]))
    },
    () =>
      [
        `${checksummed(payer)} on chain ${chainId}`,
        `In hand    ${usdcInWords(amounts.inHand)}, ${ethInWords(balances.wei)} for gas`,
        `Deposited  ${usdcInWords(amounts.deposited)} free, ${usdcInWords(inLanes)} in lanes`,
        `Earned     ${usdcInWords(amounts.earned)}`,
        `Staked     ${usdcInWords(amounts.staked)}, ${usdcInWords(amounts.credited)} credit`
      ].join('\n')
  )
}
