import type { ErrorSpec } from '@unhosted/core/errors'
import { auditErrorTable } from './audit-errors.ts'
import { dealErrorTable } from './deal-errors.ts'
import { verificationErrorTable } from './verification-errors.ts'

/** The error codes of the public swarm: one section per folder. */
export const swarmErrorTable = {
  // Deal: quotes, jobs, receipts, vouchers, verdicts
  ...dealErrorTable,

  // Budget
  BUDGET_NEVER: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The price ceiling is 0, the default: Unhosted pays no strangers, so nothing was reserved or signed.',
    remedy: 'To allow requests to leave the machines you trust, set a price ceiling per token.'
  },
  BUDGET_PRICE_ABOVE_CEILING: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A provider charges more for a kind of token than your price ceiling allows.',
    remedy: 'Choose a cheaper provider, or raise the ceiling.'
  },
  BUDGET_REQUEST_CAP: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The request, with its retries, replicas and audits, could cost more than the cap per request.',
    remedy: 'Ask for fewer tokens, or raise the cap per request.'
  },
  BUDGET_KEY_CAP: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The API key has reached its cap, including what is reserved for running requests.',
    remedy: 'Wait until the cap renews (the message says when), or raise the cap of the key.'
  },
  BUDGET_DAY_CAP: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The cap per day (UTC) is reached, including what is reserved for running requests.',
    remedy: 'Wait until the day is over, or raise the cap per day.'
  },
  BUDGET_MONTH_CAP: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The cap per calendar month (UTC) is reached, including what is reserved for running requests.',
    remedy: 'Wait until the month is over, or raise the cap per month.'
  },
  BUDGET_CLOCK_BEHIND: {
    status: 500,
    type: 'server_error',
    meaning:
      'The clock of this machine is more than a day behind the last entry of the budget log. A clock that is set back must not reset a cap.',
    remedy: 'Set the clock. If the clock is right and the log is wrong, move the log away and open new lanes.'
  },
  BUDGET_ID_REUSED: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'Two different attempts, or requests of two keys, use the same id.',
    remedy: 'Give each request and each attempt its own id. Nothing was reserved for the second.'
  },
  BUDGET_RESERVATION_UNKNOWN: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider asks for payment, but nothing was reserved for the attempt.',
    remedy: 'Nothing was signed. If it happens again, stop using the provider.'
  },
  BUDGET_RESERVATION_ENDED: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider asks for payment for an attempt that is finished, released or past its deadline.',
    remedy: 'Nothing more was signed. If this happens with honest providers, give attempts more time.'
  },
  BUDGET_CHARGE_ABOVE_RESERVATION: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider charges more than was reserved for the attempt.',
    remedy: 'Nothing more was signed. Keep the receipt as evidence and stop using the provider.'
  },
  BUDGET_TOKENS_ABOVE_RESERVATION: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider claims more tokens than the attempt was allowed.',
    remedy: 'Nothing more was signed. Keep the receipt as evidence and stop using the provider.'
  },
  BUDGET_CHARGE_ABOVE_PRICE: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider charges more than its prices times its token counts.',
    remedy: 'Nothing more was signed. Keep the receipt as evidence: it proves the overcharge.'
  },
  BUDGET_VOUCHER_UNKNOWN: {
    status: 500,
    type: 'server_error',
    meaning: 'A voucher was signed for more than the budget has recorded for its lane.',
    remedy: 'Another program signs with this key. Close the lane, and open new lanes with a new signer.'
  },
  BUDGET_EVENT_INVALID: {
    status: 500,
    type: 'server_error',
    meaning: 'A bug in Unhosted: the budget received a value out of bounds.',
    remedy: 'Nothing was reserved or signed. Run the command again with --verbose, and report the output.'
  },
  BUDGET_LOG_CORRUPT: {
    status: 500,
    type: 'server_error',
    meaning: 'The budget log is damaged or contradicts itself, so Unhosted does not know what was signed.',
    remedy: 'Restore it from a backup, or move it away and open new lanes. Do not sign again on the lanes in this log.'
  },

  // Audit log
  ...auditErrorTable,

  // Verification
  ...verificationErrorTable,

  // Chain
  CHAIN_UNREACHABLE: {
    status: 502,
    type: 'server_error',
    meaning: 'The RPC endpoint of the chain does not answer.',
    remedy: 'Check --rpc and the network. Nothing is lost: signed transactions are on disk.'
  },
  CHAIN_RPC_REFUSED: {
    status: 502,
    type: 'server_error',
    meaning:
      'The RPC endpoint answers, but refuses a call: the API key is wrong, a limit is reached, a method is not supported, or it is not a chain.',
    remedy: 'Check the address and key given with --rpc, or use another endpoint.'
  },
  CHAIN_WRONG_ID: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The RPC endpoint serves a different chain than the one that is set.',
    remedy: 'Nothing was signed. Give the right endpoint with --rpc, or the right chain with --chain.'
  },
  CHAIN_WRONG_CONTRACT: {
    status: 502,
    type: 'server_error',
    meaning: 'The address of a swarm contract holds something else.',
    remedy: 'Check the chain and the addresses of the deployment. Do not sign for an address that you do not know.'
  },
  CHAIN_REORG_TOO_DEEP: {
    status: 502,
    type: 'server_error',
    meaning: 'The chain replaced more blocks than Unhosted remembers, or the endpoint serves a different history.',
    remedy: 'Check the endpoint. Events are read again from the start of the deployment.'
  },
  GAS_INSUFFICIENT: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The account does not have enough of the native coin to pay for gas.',
    remedy: 'Send the missing amount, which the message shows, to the account.'
  },
  USDC_INSUFFICIENT: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The account has less USDC than the amount to deposit or stake.',
    remedy: 'Send USDC to the account, or use a smaller amount.'
  },
  TX_REVERTED: {
    status: 502,
    type: 'server_error',
    meaning: 'A contract refused a transaction; the message says why.',
    remedy: 'No USDC was moved; if the transaction was mined, it cost gas. Fix what the message names.'
  },
  TX_FEE_ABOVE_CAP: {
    status: 503,
    type: 'server_error',
    meaning: 'Gas currently costs more than the cap that you set.',
    remedy: 'Nothing was sent. Wait, or raise the cap with --max-gas-price.'
  },
  TX_UNDERPRICED: {
    status: 503,
    type: 'server_error',
    meaning: 'A transaction is not mined because its fee is too low, and the fee cap does not allow more.',
    remedy: 'Raise the cap and run the command again: the transaction is replaced, not sent twice.'
  },
  TX_NONCE_STUCK: {
    status: 503,
    type: 'server_error',
    meaning: 'A transaction is waiting for an earlier one of the same account that is not mined.',
    remedy: 'Wait for the earlier one, or replace it in the program that sent it.'
  },
  TX_NONCE_TAKEN: {
    status: 503,
    type: 'server_error',
    meaning:
      'The nonce of a transaction is used, but the endpoint has no receipt for it: another program used the nonce, or the endpoint hides the transaction.',
    remedy:
      'Look for the transaction that the message names at another endpoint. Run the command again only if it was not mined. Use each account with one program only.'
  },
  TX_OPERATION_REUSED: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'The name of an operation was used before for another transaction.',
    remedy: 'Use a new name for each new transaction.'
  },
  TX_EARLIER_FINISHED: {
    status: 409,
    type: 'invalid_request_error',
    meaning:
      'A transaction that an earlier command signed is now confirmed. It may be the same as this one, so nothing new was signed.',
    remedy: 'If it is the one you wanted, you are done. If you want this one as well, run the command again.'
  },
  TX_PENDING: {
    status: 504,
    type: 'server_error',
    meaning: 'A transaction was sent but not confirmed in time.',
    remedy: 'Run the command again: it finds and awaits the same transaction, and sends nothing twice.'
  },
  VOUCHER_LANE_UNKNOWN: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for a lane that does not have enough confirmations on the chain for its amount.',
    remedy: 'Wait for the lane to be confirmed, or open it.'
  },
  VOUCHER_LANE_CLOSING: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for a lane that is closing or closed.',
    remedy: 'Open another lane. Claim what the lane still owes before its close is finished.'
  },
  VOUCHER_WRONG_PARTY: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for a lane of another provider, or was not signed by the signer of its lane.',
    remedy: 'Do not serve on it. Ask for a voucher for the right lane.'
  },
  VOUCHER_ABOVE_FUNDING: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher promises more than its lane holds.',
    remedy: 'Top the lane up, wait until that is confirmed, and send the voucher again.'
  },
  VOUCHER_NOT_HIGHER: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher does not promise more than the last one of its lane.',
    remedy: 'Sign a higher one. A promised amount cannot be reduced.'
  },
  VOUCHER_STATE_MISSING: {
    status: 500,
    type: 'server_error',
    meaning: 'This machine has no record of what it signed on a lane, so it cannot sign there.',
    remedy: 'Restore the folder with the vouchers, get the highest voucher from the provider, or close the lane.'
  },
  VOUCHER_STATE_BEHIND: {
    status: 500,
    type: 'server_error',
    meaning:
      'The chain or one of our vouchers shows more than the record of what was signed: an old copy was restored.',
    remedy: 'Get the highest voucher from the provider, or close the lane. Nothing is signed until then.'
  },

  // Wallet
  SWARM_CHAIN_UNKNOWN: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'No chain and contracts are set for the swarm.',
    remedy: 'Set them with unhosted swarm use, or deploy with unhosted swarm deploy.'
  },
  SWARM_TOKEN_FOREIGN: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The contracts use a different token than the USDC that Circle issues on that chain.',
    remedy: 'Use contracts for USDC, or a local chain to try things out.'
  },
  WALLET_MISSING: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'There is no wallet in the home folder.',
    remedy: 'Create one with unhosted wallet create, or import a key with unhosted wallet import.'
  },
  WALLET_EXISTS: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The home folder already has a wallet, which is never overwritten.',
    remedy: 'Move its folder to a safe place first.'
  },
  WALLET_CORRUPT: {
    status: 500,
    type: 'server_error',
    meaning: 'A file of the wallet is damaged, or is not a version 3 keystore.',
    remedy: 'Restore it from a backup.'
  },
  WALLET_PASSPHRASE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The passphrase is wrong.',
    remedy: 'Try again. A lost passphrase cannot be recovered.'
  },
  WALLET_PASSPHRASE_WEAK: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The passphrase for the new wallet is too short.',
    remedy: 'Use several words that are hard to guess together.'
  },
  KEYCHAIN_UNAVAILABLE: {
    status: 500,
    type: 'server_error',
    meaning: 'The keychain of the operating system cannot be used.',
    remedy: 'Unlock it, or give the passphrase with --passphrase-file.'
  }
} as const satisfies Record<string, ErrorSpec>
