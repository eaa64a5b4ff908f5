import type { ErrorSpec } from '../error-table.ts'

/** The error codes of the public swarm: part of `errorTable`, one section per folder. */
export const swarmErrorTable = {
  // Deal: quotes, jobs, receipts, vouchers
  DEAL_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A quote, job, receipt, voucher or verdict does not parse: a field is missing, out of bounds or unknown.',
    remedy: 'Nothing was signed or paid. Update both machines to the same version.'
  },

  // Budget
  BUDGET_EXCEEDED: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A request would cost more than a ceiling or cap that you set.',
    remedy: 'Raise the cap that is named, or ask for fewer tokens.'
  },

  // Audit log
  AUDIT_INVALID: {
    status: 500,
    type: 'server_error',
    meaning: 'An audit log or a bundle of it does not verify; the message names the first thing that is wrong.',
    remedy: 'Keep the file as evidence and do not pay by it.'
  },

  // Chain
  CHAIN_UNREACHABLE: {
    status: 502,
    type: 'server_error',
    meaning: 'The RPC endpoint of the chain does not answer.',
    remedy: 'Check --rpc and the network. Nothing is lost: what was signed is on disk.'
  },

  // Wallet
  WALLET_MISSING: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'There is no wallet in the home folder.',
    remedy: 'Make one with unhosted wallet create, or bring one with unhosted wallet import.'
  }
} as const satisfies Record<string, ErrorSpec>
