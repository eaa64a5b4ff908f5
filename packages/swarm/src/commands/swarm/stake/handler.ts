import type { MicroUsdc } from '@unhosted/core/units'
import { loadIdentity } from '@unhosted/node/identity'
import { silentLog } from '@unhosted/node/log'
import { prepareHome } from '@unhosted/node/store'
import type { Arguments } from '@unhosted/terminal'
import { peerIdHash, readChainTime } from '../../../access/index.ts'
import { usdcInWords } from '../../../chain/index.ts'
import type { signingOptions } from '../../../options/index.ts'
import type { CommandContext, Handler } from '../../../options/types.ts'
import { openChain, openPayer, parseAmount, renderStake, stakeDocument } from '../../../session/index.ts'
import { readStake } from '../../../stakes/index.ts'
import { walletAddresses } from '../../../wallet/index.ts'
import { checksummed } from '../../../wallet-session/index.ts'
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
