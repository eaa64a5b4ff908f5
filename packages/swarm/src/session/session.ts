import { mkdir } from 'node:fs/promises'
import { silentLog } from '@unhosted/node/log'
import { prepareHome } from '@unhosted/node/store'
import { type Arguments, createQuestions, type Output, safeLine, usageError } from '@unhosted/terminal'
import { type LocalAccount, privateKeyToAccount as localAccount } from 'viem/accounts'
import { type ClearText, type OpenedSwarm, openSwarm, showingAccount } from '../access/index.ts'
import { type AccountSender, createAccountSender, defaultSendPolicy } from '../chain/index.ts'
import { BaseError } from '../errors/index.ts'
import { swarmPaths } from '../home/index.ts'
import { createLanes, type Lanes } from '../lanes/index.ts'
import type { chainOptions, signingOptions } from '../options/index.ts'
import type { CommandContext } from '../options/types.ts'
import { createStakes, type Stakes } from '../stakes/index.ts'
import { unlock, type WalletRole } from '../wallet/index.ts'
import { knownPassphrase } from '../wallet-session/index.ts'
import { createCandidSender } from './candid-sender.ts'

type ChainArguments = Arguments<typeof chainOptions, Record<never, never>>
type SigningArguments = Arguments<typeof signingOptions, Record<never, never>>

/** A wallet on a chain, ready to sign. */
export interface PayerSession extends OpenedSwarm {
  readonly sender: AccountSender
  readonly lanes: Lanes
  readonly stakes: Stakes
  /** Another key of the same wallet; it shows what it signs as well. */
  account(role: WalletRole): Promise<LocalAccount>
}

const weiPerGwei = 1_000_000_000
/** Between two looks for a receipt: a person waits. */
const pollMs = 250

/** The chain that a command means, with its contracts checked. Nothing is unlocked. */
export function openChain(args: ChainArguments, { paths, signal }: CommandContext): Promise<OpenedSwarm> {
  return openSwarm(paths, { rpcUrl: args.rpc, chainId: args.chain, deploymentFile: args.deployment }, signal)
}

/**
 * Say what is about to happen, ask, unlock the payer, and hand over what signs. Each signature is shown in words first.
 * @param intention what happens, one fact a line
 */
export async function openPayer(
  args: SigningArguments,
  context: CommandContext,
  intention: (swarm: OpenedSwarm) => Promise<readonly string[]>
): Promise<PayerSession> {
  const { paths, output, signal } = context
  const swarm = await openChain(args, context)
  for (const line of await intention(swarm)) output.note(safeLine(line))
  output.note(`The gas price is at most ${args.maxGasPrice} gwei (--max-gas-price).`)
  await confirm(args, context)
  const passphrase = await knownPassphrase(args, context)
  const unlocked = async (role: WalletRole): Promise<LocalAccount> =>
    showingAccount(localAccount(await unlock(paths, role, passphrase)), swarm.deployment, showSigned(output))
  const account = await unlocked('payer')
  const sender = await openSender(swarm, account, args.maxGasPrice, context)
  await finishEarlier(sender, context)
  signal.throwIfAborted()
  const parts = { connection: swarm.connection, deployment: swarm.deployment, account, sender }
  return { ...swarm, sender, lanes: createLanes(parts), stakes: createStakes(parts), account: unlocked }
}

/** What sends the transactions of `account`, with its journal in the home folder. */
export async function openSender(
  { connection }: Pick<OpenedSwarm, 'connection'>,
  account: LocalAccount,
  maxGasPriceGwei: number,
  { paths, output }: CommandContext
): Promise<AccountSender> {
  const policy = { ...defaultSendPolicy, pollMs, maxFeePerGas: gasPrice(maxGasPriceGwei) }
  await prepareHome(paths)
  await mkdir(swarmPaths(paths).journal, { recursive: true, mode: 0o700 })
  const common = { connection, folder: swarmPaths(paths).journal, policy, log: silentLog }
  return createCandidSender({
    account,
    createSender: (watched) => createAccountSender({ ...common, account: watched }),
    note: (text) => output.note(output.errorColours.dim(`  ${text}`))
  })
}

/** Prints what is being signed, set apart from what the command itself says. */
export function showSigned(output: Output): (text: ClearText) => void {
  return (text) => {
    for (const line of text) output.note(output.errorColours.dim(`  ${safeLine(line)}`))
  }
}

/** Ask before anything is signed; without a person there must be --yes. */
export async function confirm(
  { yes }: { readonly yes?: boolean | undefined },
  { input, output, signal }: CommandContext
): Promise<void> {
  if (yes === true) return
  if (input.isTTY !== true || output.json) {
    throw usageError(
      'Signing needs confirmation, but there is no terminal to ask on. Pass --yes to sign without asking.'
    )
  }
  const questions = createQuestions(input, (text) => output.write(text))
  try {
    const answer = await questions.ask('Continue? [y/N] ', { signal })
    if (/^y(es)?$/i.test(answer)) return
  } finally {
    questions.close()
  }
  throw new BaseError('CANCELLED', 'Nothing was signed.', { advice: 'To sign, run the command again.' })
}

/**
 * What an earlier command signed and did not see through comes first: it holds the next number. A command that is
 * run again because it was cut off must not pay twice, so if anything is finished here, nothing else is signed.
 */
async function finishEarlier(sender: AccountSender, { output, signal }: CommandContext): Promise<void> {
  const finished: { readonly what: string; readonly transaction: string }[] = []
  const failures: unknown[] = []
  for (const { what, outcome } of await sender.resume(signal)) {
    if ('error' in outcome) failures.push(outcome.error)
    else finished.push({ what, transaction: outcome.receipt.transactionHash })
  }
  const [first] = finished
  if (first === undefined && failures.length === 0) return
  if (first === undefined) throw failures[0]
  for (const { what, transaction } of finished)
    output.note(`Completed an earlier transaction: ${safeLine(what)}, ${transaction}.`)
  throw new BaseError(
    'TX_EARLIER_FINISHED',
    `A transaction that an earlier command signed is confirmed now: ${first.what}. Nothing new was signed.`,
    {
      advice: 'If it is the one you wanted, you are done. If you want this one as well, run the command again.',
      details: { finished },
      ...(failures.length === 0 ? {} : { cause: failures[0] })
    }
  )
}

function gasPrice(gwei: number): bigint {
  if (!(gwei > 0) || gwei > 1_000_000)
    throw usageError('--max-gas-price must be more than 0 gwei, and at most 1000000.')
  return BigInt(Math.round(gwei * weiPerGwei))
}
