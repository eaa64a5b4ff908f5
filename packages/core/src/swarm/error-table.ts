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
  SIGNATURE_MALFORMED: {
    status: 502,
    type: 'server_error',
    meaning: 'A signature is not one that a key makes, or it was altered on its way by someone without the key.',
    remedy: 'Do not accept what it came with. Ask the other side to sign again.'
  },
  SIGNING_KEY_INVALID: {
    status: 500,
    type: 'server_error',
    meaning: 'What should sign is not a secp256k1 private key.',
    remedy: 'Bring the right key: 32 bytes in hexadecimal. Nothing was signed.'
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

  // Deployment
  SWARM_NOT_DEPLOYED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'No contracts of the swarm are known on this chain.',
    remedy: 'Use a development chain (npm run chain), or deploy your own with unhosted swarm deploy.'
  },
  DEPLOY_WRONG_CHAIN: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The RPC endpoint serves another chain than the one that was asked for.',
    remedy: 'Check --rpc and --chain. Nothing was sent.'
  },
  DEPLOY_TOKEN_UNSUITABLE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The contract given as USDC is not there, or does not behave as USDC does.',
    remedy: 'Check the address and the chain; on a development chain leave it out, and a mock is deployed.'
  },
  DEPLOY_INTERRUPTED: {
    status: 502,
    type: 'server_error',
    meaning: 'A deployment stopped before its end: the RPC endpoint failed, or a transaction was refused or reverted.',
    remedy: 'Read what was deployed by then in the message, mend the endpoint or the balance for gas, and deploy again.'
  },
  DEPLOY_UNVERIFIED: {
    status: 502,
    type: 'server_error',
    meaning: 'A deployed contract is not what this version compiles to, or was set up with other values.',
    remedy: 'Do not use it: the endpoint, the address or the deployment is wrong.'
  },
  DEPLOYMENT_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A deployment file does not parse.',
    remedy: 'Write it again: with npm run chain, or with unhosted swarm deploy.'
  },
  FOUNDRY_MISSING: {
    status: 500,
    type: 'server_error',
    meaning: 'A development tool (anvil, forge) is not installed.',
    remedy: 'Run npm install in a checkout of the project.'
  },
  DEV_CHAIN_FAILED: {
    status: 500,
    type: 'server_error',
    meaning: 'The development chain did not start, or stopped.',
    remedy: 'Read what anvil says; give another --port when the port is taken.'
  },

  // Wallet
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
