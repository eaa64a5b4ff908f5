import type { MicroUsdc } from '@unhosted/core/units'
import { loadIdentity } from '@unhosted/node/identity'
import { silentLog } from '@unhosted/node/log'
import { prepareHome } from '@unhosted/node/store'
import type { Arguments } from '@unhosted/terminal'
import { peerIdHash, readChainTime, readStake, usdcInWords } from '../../../index.ts'
import type { CommandContext, Handler } from '../../../session/context.ts'
import type { signingOptions } from '../../../session/options.ts'
import { parseAmount } from '../../../session/parse.ts'
import { renderStake, stakeDocument } from '../../../session/render-stake.ts'
import { checksummed } from '../../../session/render-wallet.ts'
import { openChain, openPayer } from '../../../session/session.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import type { positionals } from './index.ts'

type StakeArguments = Arguments<typeof signingOptions, typeof positionals>

export const handle: Handler<typeof signingOptions, typeof positionals> = async (args, context) => {
  if (args.amount === undefined) return show(args, context)
  return add(args, parseAmount(args.amount), context)
}

async function show(args: StakeArguments, context: CommandContext): Promise<void> {
  const { output, paths, signal } = context
  const { payer } = await walletAddresses(paths)
  const swarm = await openChain(args, context)
  const state = await readStake(swarm, payer, signal)
  const nowSeconds = await readChainTime(swarm.connection, signal)
  output.result(stakeDocument(payer, state), () => renderStake(state, nowSeconds))
}

async function add(args: StakeArguments, amount: MicroUsdc, context: CommandContext): Promise<void> {
  const { output, paths, signal } = context
  const { payer, jobKey } = await walletAddresses(paths)
  await prepareHome(paths)
  const { peerId } = await loadIdentity(paths, silentLog)
  const machine = peerIdHash(peerId)
  const session = await openPayer(args, context, async ({ deployment }) => [
    `Stake ${usdcInWords(amount)} of ${checksummed(payer)} on chain ${deployment.chainId} for machine ${peerId}.`,
    'You can lose the stake: see unhosted swarm stake --help.'
  ])
  const before = await session.stakes.stakeOf(payer, signal)
  if (before.jobKey !== jobKey || before.peerIdHash !== machine) {
    await session.stakes.setJobKey(await session.account('jobKey'), machine, { signal })
  }
  await session.stakes.stake(amount, { signal })
  const state = await session.stakes.stakeOf(payer, signal)
  const nowSeconds = await readChainTime(session.connection, signal)
  output.result(stakeDocument(payer, state), () => renderStake(state, nowSeconds))
}
