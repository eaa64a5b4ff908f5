import { microUsdc } from '@unhosted/core/units'
import { providerStakeAbi, swarmLanesAbi } from '@unhosted/swarm-contracts'
import { type Abi, decodeErrorResult, parseAbi } from 'viem'
import { usdcInWords } from './amounts.ts'

/** Errors of what our contracts call: OpenZeppelin's token and guard errors (USDC itself reverts with sentences). */
const calledErrorsAbi = parseAbi([
  'error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)',
  'error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)',
  'error ERC20InvalidReceiver(address receiver)',
  'error SafeERC20FailedOperation(address token)',
  'error ReentrancyGuardReentrantCall()',
  'error ECDSAInvalidSignature()',
  'error ECDSAInvalidSignatureLength(uint256 length)',
  'error ECDSAInvalidSignatureS(bytes32 s)'
])

const revertAbi: Abi = [...swarmLanesAbi, ...providerStakeAbi, ...calledErrorsAbi]

/** Why a contract refused: its error's name with the arguments, and the same in words. */
export interface Revert {
  readonly name: string
  /** By the names that the contract gives them; bigint as decimal text. */
  readonly args: Readonly<Record<string, string>>
  readonly words: string
}

/** What revert data says, or null where it is empty. Data of a contract that is not ours is shown as it is, cut. */
export function decodeRevert(data: unknown): Revert | null {
  if (typeof data !== 'string' || !/^0x(?:[0-9a-fA-F]{2})+$/.test(data)) return null
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi: revertAbi, data: data as `0x${string}` })
    const names = abiItem.type === 'error' ? abiItem.inputs.map((input) => input.name ?? '') : []
    const named = Object.fromEntries(
      (args ?? []).map((value, index) => [names[index] || String(index), clean(String(value))])
    )
    return { name: errorName, args: named, words: inWords(errorName, named) }
  } catch {
    return { name: 'unknown', args: { data: clean(data) }, words: `an error it does not explain (${clean(data)})` }
  }
}

/** Sentences of contracts are strangers' words: one line, bounded, nothing that a terminal would obey. */
function clean(text: string): string {
  const plain = [...text].filter((character) => character >= ' ' && character !== '\u007f').join('')
  return plain.length > 200 ? `${plain.slice(0, 200)}...` : plain
}

/** `{name}` is the argument as it comes, `{name:usdc}` as an amount. */
const sentences: Readonly<Record<string, string>> = {
  Error: '{message}',
  ZeroAddress: 'the address of the {what} is zero',
  ZeroAmount: 'the amount is zero',
  AmountTooLarge: 'the amount {amount} is above the most that fits, {most}',
  InsufficientDeposit: '{payer} has {free:usdc} of deposit that is free, not {wanted:usdc}',
  InsufficientEarnings: '{provider} has earned {earned:usdc} that can be withdrawn, not {wanted:usdc}',
  CloseWindowOutOfRange: 'a close window of {closeWindow} s is not between {least} and {most} s',
  NotPayer: '{caller} is not the payer of lane {laneId}',
  NotProvider: '{caller} is not the provider of lane {laneId}',
  LaneNotOpen: 'lane {laneId} is not open',
  LaneNotClosing: 'lane {laneId} is not closing',
  CloseNotOver: 'the close of lane {laneId} may be finished at unix second {closesAt}, not before',
  UnexpectedTransfer: 'the token moved {received:usdc} where {expected:usdc} were sent',
  InsufficientStake: '{provider} has {staked:usdc} at stake, not {wanted:usdc}',
  InsufficientCredit: '{account} has {credit:usdc} of credit, not {wanted:usdc}',
  NothingLeaving: '{provider} has asked no stake back',
  NothingAtStake: '{provider} has nothing at stake',
  NotRequester: 'only {payer}, who pays the lane, and {signer}, who signs for it, may open a dispute of its jobs',
  ERC20InsufficientBalance: '{sender} holds {balance:usdc}, not {needed:usdc}',
  ERC20InsufficientAllowance: '{spender} is allowed {allowance:usdc}, not {needed:usdc}',
  SafeERC20FailedOperation: 'the token {token} refused the transfer'
}

function inWords(name: string, args: Readonly<Record<string, string>>): string {
  const sentence = sentences[name]
  if (sentence === undefined) {
    const list = Object.entries(args).map(([key, value]) => `${key} ${value}`)
    return list.length === 0 ? apart(name) : `${apart(name)}: ${list.join(', ')}`
  }
  return sentence.replace(/\{(\w+)(:usdc)?\}/g, (_, key: string, unit: string | undefined) => {
    const value = args[key] ?? args['0'] ?? '?'
    return unit === undefined || !/^\d{1,78}$/.test(value) ? value : usdcInWords(microUsdc(BigInt(value)))
  })
}

/** `NotAnArbiter` as `not an arbiter`. */
function apart(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
}
