import { type ErrorSpec, registerErrors } from '@unhosted/core/errors'

/** What can go wrong with the contracts themselves: deploying, finding and verifying them, and the tools for it. */
export const contractsErrorTable = {
  SWARM_NOT_DEPLOYED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'No contracts of the swarm are known on this chain.',
    remedy: 'Use a development chain (npm run chain), or deploy your own with unhosted swarm deploy.'
  },
  DEPLOY_WRONG_CHAIN: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The RPC endpoint serves a different chain than the requested one.',
    remedy: 'Check --rpc and --chain. Nothing was sent.'
  },
  DEPLOY_TOKEN_UNSUITABLE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The contract given as USDC does not exist, or does not behave like USDC.',
    remedy: 'Check the address and the chain. On a development chain, leave it out: a mock is deployed.'
  },
  DEPLOY_INTERRUPTED: {
    status: 502,
    type: 'server_error',
    meaning: 'A deployment stopped early: the RPC endpoint failed, or a transaction was refused or reverted.',
    remedy: 'The message lists what was deployed. Fix the endpoint or the balance for gas, and deploy again.'
  },
  DEPLOY_UNVERIFIED: {
    status: 502,
    type: 'server_error',
    meaning: 'A deployed contract differs from what this version compiles to, or was set up with other values.',
    remedy: 'Do not use it: the endpoint, the address or the deployment is wrong.'
  },
  DEPLOYMENT_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A deployment file is not valid.',
    remedy: 'Create it again with npm run chain or unhosted swarm deploy.'
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
    remedy: 'Read the output of anvil. If the port is in use, choose another one with --port.'
  }
} as const satisfies Record<string, ErrorSpec>

declare module '@unhosted/core/errors' {
  interface ErrorCodes {
    readonly contracts: keyof typeof contractsErrorTable
  }
}

// The package takes its errors from here, not from core, so that its codes are known before one is thrown.
registerErrors(contractsErrorTable)

export * from '@unhosted/core/errors'
