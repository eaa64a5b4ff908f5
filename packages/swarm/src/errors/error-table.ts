import type { ErrorSpec } from '@unhosted/core/errors'
import { auditErrorTable } from './audit-errors.ts'
import { dealErrorTable } from './deal-errors.ts'
import { verificationErrorTable } from './verification-errors.ts'

/** The error codes of the public swarm: part of `errorTable`, one section per folder. */
export const swarmErrorTable = {
  // Deal: quotes, jobs, receipts, vouchers, verdicts
  ...dealErrorTable,

  // Budget
  BUDGET_NEVER: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The price ceiling is 0, the default: strangers are never paid, so nothing was reserved or signed.',
    remedy: 'Set a price ceiling per token if requests may leave the machines you trust.'
  },
  BUDGET_PRICE_ABOVE_CEILING: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A provider asks more for a token than your price ceiling for tokens of that kind.',
    remedy: 'Choose a cheaper provider, or raise the ceiling.'
  },
  BUDGET_REQUEST_CAP: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'One request, with its retries, replicas and audits, could cost more than you allow for a request.',
    remedy: 'Ask for fewer tokens, or raise the cap per request.'
  },
  BUDGET_KEY_CAP: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The API key has spent, or set aside for what runs, what it may.',
    remedy: 'Wait until the cap renews (the message says when), or raise the cap of the key.'
  },
  BUDGET_DAY_CAP: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'What may be spent on one day (UTC) is spent, or set aside for what runs.',
    remedy: 'Wait until the day is over, or raise the cap per day.'
  },
  BUDGET_MONTH_CAP: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'What may be spent in one calendar month (UTC) is spent, or set aside for what runs.',
    remedy: 'Wait until the month is over, or raise the cap per month.'
  },
  BUDGET_CLOCK_BEHIND: {
    status: 500,
    type: 'server_error',
    meaning:
      'The clock of this machine is more than a day behind the last entry of the budget log. A clock that goes back must not open a cap twice.',
    remedy: 'Set the clock. If the log is what is wrong, move it away and open new lanes.'
  },
  BUDGET_ID_REUSED: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'Two different attempts, or requests of two keys, go by one id.',
    remedy: 'Give each request and each attempt an id of its own. Nothing was reserved for the second.'
  },
  BUDGET_RESERVATION_UNKNOWN: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider asks to be paid for what nothing was reserved for.',
    remedy: 'Nothing was signed. If it repeats, drop the provider.'
  },
  BUDGET_RESERVATION_ENDED: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider asks to be paid for an attempt that is finished, released or past its deadline.',
    remedy: 'Nothing more was signed. Give attempts more time if honest providers run into this.'
  },
  BUDGET_CHARGE_ABOVE_RESERVATION: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider asks more than was reserved for the attempt.',
    remedy: 'Nothing more was signed. Keep the receipt as evidence and drop the provider.'
  },
  BUDGET_TOKENS_ABOVE_RESERVATION: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider claims more tokens than the attempt was allowed.',
    remedy: 'Nothing more was signed. Keep the receipt as evidence and drop the provider.'
  },
  BUDGET_CHARGE_ABOVE_PRICE: {
    status: 502,
    type: 'server_error',
    meaning: 'A provider asks more than its own prices times its own counts.',
    remedy: 'Nothing more was signed. Keep the receipt as evidence: it proves the overcharge.'
  },
  BUDGET_VOUCHER_UNKNOWN: {
    status: 500,
    type: 'server_error',
    meaning: 'A voucher is said to be signed for more than the budget has on record for its lane.',
    remedy: 'Something else signs with this key: close the lane, and open others with a new signer.'
  },
  BUDGET_EVENT_INVALID: {
    status: 500,
    type: 'server_error',
    meaning: 'A fault in Unhosted: the budget was told something out of bounds.',
    remedy: 'Nothing was reserved or signed. Run again with --verbose and report what it prints.'
  },
  BUDGET_LOG_CORRUPT: {
    status: 500,
    type: 'server_error',
    meaning: 'The budget log is damaged or contradicts itself, so what was signed is not known.',
    remedy: 'Restore it from a backup, or move it away and open new lanes. Never sign again on lanes that it knew.'
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
    remedy: 'Check --rpc and the network. Nothing is lost: what was signed is on disk.'
  },
  CHAIN_RPC_REFUSED: {
    status: 502,
    type: 'server_error',
    meaning:
      'The RPC endpoint answers, but refuses a call: a bad key, a limit, a method it does not have, or it is no chain.',
    remedy: 'Check the address and key given with --rpc, or use another endpoint.'
  },
  CHAIN_WRONG_ID: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The RPC endpoint serves another chain than the one that is meant.',
    remedy: 'Give the right endpoint with --rpc or the right chain with --chain. Nothing was signed.'
  },
  CHAIN_WRONG_CONTRACT: {
    status: 502,
    type: 'server_error',
    meaning: 'What stands at the address of a contract of the swarm does not answer as that contract does.',
    remedy: 'Check the chain and the addresses of the deployment. Sign nothing for an address that you do not know.'
  },
  CHAIN_REORG_TOO_DEEP: {
    status: 502,
    type: 'server_error',
    meaning: 'The chain gave up more blocks than are remembered, or the endpoint serves another history.',
    remedy: 'Check the endpoint; events are read again from the start of the deployment, each marked as seen anew.'
  },
  GAS_INSUFFICIENT: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The account does not hold enough of the native coin to pay for gas.',
    remedy: 'Send the missing amount, which the message names, to the account.'
  },
  USDC_INSUFFICIENT: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'The account holds less USDC than it should deposit or stake.',
    remedy: 'Send USDC to the account, or use less.'
  },
  TX_REVERTED: {
    status: 502,
    type: 'server_error',
    meaning: 'A contract refused a transaction; the message says why in words.',
    remedy: 'Nothing was moved but gas, if it was mined. Correct what is named.'
  },
  TX_FEE_ABOVE_CAP: {
    status: 503,
    type: 'server_error',
    meaning: 'Gas costs more now than the cap that you set.',
    remedy: 'Wait, or raise the cap. Nothing was sent.'
  },
  TX_UNDERPRICED: {
    status: 503,
    type: 'server_error',
    meaning: 'A transaction is not mined because it offers too little, and the fee cap forbids to offer more.',
    remedy: 'Raise the cap and run it again: the same transaction is replaced, not sent twice.'
  },
  TX_NONCE_STUCK: {
    status: 503,
    type: 'server_error',
    meaning: 'A transaction waits behind another one of the same account that is not mined.',
    remedy: 'Wait for the other one, or replace it from the program that sent it.'
  },
  TX_NONCE_TAKEN: {
    status: 503,
    type: 'server_error',
    meaning:
      'The number of a transaction is used up and the endpoint shows no receipt of ours: another program used it, or the endpoint hides ours.',
    remedy:
      'Look for the transaction that the message names at another endpoint. Only where it was not mined, run this again. Use an account with one program only.'
  },
  TX_OPERATION_REUSED: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'The name of an operation was used before, for another transaction.',
    remedy: 'Use a new name for a new transaction; a name is for finding the same one again.'
  },
  TX_EARLIER_FINISHED: {
    status: 409,
    type: 'invalid_request_error',
    meaning:
      'A transaction that an earlier command signed is now confirmed, and perhaps it is what this command asks for. Nothing new was signed.',
    remedy: 'If it is what you wanted, all is done. If you want this as well, run the command again.'
  },
  TX_PENDING: {
    status: 504,
    type: 'server_error',
    meaning: 'A transaction was sent and is not confirmed in the time that was given.',
    remedy: 'Run it again: the same transaction is found and awaited, not sent twice.'
  },
  VOUCHER_LANE_UNKNOWN: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for a lane that the chain does not know at the depth that its amount asks for.',
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
    remedy: 'Do not serve on it. Ask for a voucher of the right lane.'
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
    remedy: 'Sign a higher one. A sum that was promised is never taken back.'
  },
  VOUCHER_STATE_MISSING: {
    status: 500,
    type: 'server_error',
    meaning: 'This machine has no record of what it signed on a lane, so it cannot sign there.',
    remedy: 'Restore the folder with the vouchers, take over the highest voucher from the provider, or close the lane.'
  },
  VOUCHER_STATE_BEHIND: {
    status: 500,
    type: 'server_error',
    meaning:
      'The chain or a voucher of our own shows more than the record of what was signed: an old copy was restored.',
    remedy: 'Take over the highest voucher from the provider, or close the lane. Nothing is signed until then.'
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
    meaning: 'The contracts move another token than the USDC that Circle issues on that chain.',
    remedy: 'Take contracts that move USDC, or a chain of your own for trying things out.'
  },
  WALLET_MISSING: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'There is no wallet in the home folder.',
    remedy: 'Make one with unhosted wallet create, or bring one with unhosted wallet import.'
  },
  WALLET_EXISTS: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The home folder has a wallet already; it is never written over.',
    remedy: 'Move its folder away first, and keep it.'
  },
  WALLET_CORRUPT: {
    status: 500,
    type: 'server_error',
    meaning: 'A file of the wallet is not a keystore of version 3, or was changed.',
    remedy: 'Restore it from a backup.'
  },
  WALLET_PASSPHRASE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The passphrase does not open the wallet.',
    remedy: 'Try again. There is no way around a lost passphrase.'
  },
  WALLET_PASSPHRASE_WEAK: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The passphrase for a new wallet is too short.',
    remedy: 'Take several words that nobody would guess together.'
  },
  KEYCHAIN_UNAVAILABLE: {
    status: 500,
    type: 'server_error',
    meaning: 'The keychain of the operating system cannot be used.',
    remedy: 'Unlock it, or give the passphrase instead.'
  }
} as const satisfies Record<string, ErrorSpec>
