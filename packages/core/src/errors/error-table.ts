import type { ErrorSpec } from './error-spec.ts'

/** The error codes of core, the daemon and the CLI. docs/errors.md is generated from it; a test compares them. */
export const coreErrorTable = {
  // Anything
  INTERNAL: {
    status: 500,
    type: 'server_error',
    meaning: 'A bug in Unhosted.',
    remedy: 'Run the command again with --verbose, and report the output.'
  },
  USAGE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The command line is not valid: an argument is unknown, missing or wrong.',
    remedy: 'Run unhosted COMMAND --help for the usage of the command.'
  },
  CANCELLED: {
    status: 499,
    type: 'server_error',
    meaning: 'The caller cancelled the operation or disconnected, or the daemon is stopping.',
    remedy: 'Send the request or run the command again.'
  },
  NODE_TOO_OLD: {
    status: 500,
    type: 'server_error',
    meaning: 'The Node.js that started Unhosted is older than 22.12.',
    remedy: 'Install Node.js 22.12 or newer.'
  },
  SWARM_MISSING: {
    status: 500,
    type: 'server_error',
    meaning: 'A command of the public swarm needs the optional package @unhosted/swarm, which is not installed.',
    remedy: 'Install it with: npm install --global @unhosted/swarm.'
  },

  // Config, home folder, daemon
  CONFIG_INVALID: {
    status: 500,
    type: 'server_error',
    meaning: 'A flag, an environment variable or the config file contains a value that is not valid.',
    remedy: 'Fix the setting that the message names.'
  },
  HOME_UNUSABLE: {
    status: 500,
    type: 'server_error',
    meaning: 'The home folder cannot be read or written.',
    remedy: 'Check its owner and permissions, or choose another home folder with --home.'
  },
  HOME_CORRUPT: {
    status: 500,
    type: 'server_error',
    meaning: 'A file in the home folder is damaged.',
    remedy: 'Restore the file that the message names from a backup, or delete it.'
  },
  DISK_FULL: {
    status: 507,
    type: 'server_error',
    meaning: 'The disk is full.',
    remedy: 'Free as much space as the message says, and try again. A partial download is kept.'
  },
  PORT_IN_USE: {
    status: 500,
    type: 'server_error',
    meaning: 'Another program is using the port.',
    remedy: 'Stop that program or choose another port.'
  },
  DAEMON_RUNNING: {
    status: 500,
    type: 'server_error',
    meaning: 'A daemon is already running on this home folder.',
    remedy: 'Use that one, stop it with unhosted stop, or choose another home folder with --home.'
  },
  DAEMON_NOT_RUNNING: {
    status: 503,
    type: 'server_error',
    meaning: 'No daemon is running on this home folder.',
    remedy: 'Start it with unhosted serve.'
  },

  // Requests
  REQUEST_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The request body is not valid for the endpoint.',
    remedy: 'Fix the request.'
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    type: 'invalid_request_error',
    meaning: 'The request body is larger than the gateway accepts.',
    remedy: 'Send a smaller request.'
  },
  ROUTE_UNKNOWN: {
    status: 404,
    type: 'not_found_error',
    meaning: 'The gateway has no such endpoint.',
    remedy: 'Check the path; the README lists the endpoints.'
  },
  ORIGIN_REFUSED: {
    status: 403,
    type: 'permission_error',
    meaning: 'The Host or Origin header names another site.',
    remedy: 'Call the endpoint from this machine, or add the host or origin to the config.'
  },
  API_KEY_REFUSED: {
    status: 401,
    type: 'authentication_error',
    meaning: 'API keys are configured, and the request has no valid one. Beyond loopback they are required.',
    remedy: 'Send Authorization: Bearer KEY with a key from the keys file.'
  },
  API_KEYS_MISSING: {
    status: 500,
    type: 'server_error',
    meaning: 'The endpoint cannot listen beyond loopback without API keys.',
    remedy: 'Create a keys file, or listen on 127.0.0.1.'
  },
  CONTEXT_OVERFLOW: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The prompt and the answer do not fit into the context.',
    remedy: 'Shorten the prompt, or raise the context size with --ctx.'
  },
  NOT_SUPPORTED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The model or the engine does not support what the request asks for: embeddings, rerank, images or audio.',
    remedy: 'Use a model that supports it.'
  },
  NO_CAPACITY: {
    status: 503,
    type: 'server_error',
    meaning: 'No machine, and no pool of machines, has enough memory for the model.',
    remedy: 'Lower the context size, lend more memory, pair another machine, or use a smaller quantisation.'
  },

  // Models
  MODEL_UNKNOWN: {
    status: 404,
    type: 'not_found_error',
    meaning: 'No machine that can serve you has a model with this name.',
    remedy: 'List models with unhosted models ls, or download one with unhosted models pull.'
  },
  MODEL_INVALID: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The file is not a usable GGUF model.',
    remedy: 'Download or convert the file again.'
  },
  MODEL_DOWNLOAD_FAILED: {
    status: 502,
    type: 'server_error',
    meaning: 'The download did not finish.',
    remedy: 'Run the same command again to resume.'
  },
  MODEL_HASH_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'The download does not match its checksum.',
    remedy: 'Pull again. If it fails again, the file at the source has been changed.'
  },
  MODEL_IN_USE: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'The model is loaded, so it cannot be removed.',
    remedy: 'Wait until the daemon unloads it, or stop the daemon.'
  },

  // Engine
  ENGINE_MISSING: {
    status: 503,
    type: 'server_error',
    meaning: 'No usable llama.cpp engine was found.',
    remedy: 'Run unhosted engine build.'
  },
  ENGINE_BUILD_FAILED: {
    status: 500,
    type: 'server_error',
    meaning: 'Building the engine from source failed.',
    remedy: 'Install what the message names. The build log has the details.'
  },
  ENGINE_START_FAILED: {
    status: 503,
    type: 'server_error',
    meaning: 'The engine process did not become ready.',
    remedy: 'Read the log file that the message names.'
  },
  ENGINE_EXITED: {
    status: 502,
    type: 'server_error',
    meaning: 'The engine process ended during a request.',
    remedy: 'Retry the request; the model is loaded again.'
  },
  ENGINE_FAULT: {
    status: 502,
    type: 'server_error',
    meaning: 'The engine reported an internal error.',
    remedy: 'Retry the request. If it fails again, read the engine log.'
  },

  // Peers
  PEER_UNKNOWN: {
    status: 404,
    type: 'not_found_error',
    meaning: 'No known peer has this name or id.',
    remedy: 'List peers with unhosted peers.'
  },
  PEER_UNREACHABLE: {
    status: 502,
    type: 'server_error',
    meaning: 'The peer does not answer.',
    remedy: 'Check that the machine is on and that unhosted serve is running there.'
  },
  PEER_LOST: {
    status: 502,
    type: 'server_error',
    meaning: 'The connection to a peer was lost in the middle of an answer.',
    remedy: 'Retry the request; the next plan leaves it out.'
  },
  PEER_PROTOCOL: {
    status: 502,
    type: 'server_error',
    meaning: 'A peer sent something that breaks the protocol.',
    remedy: 'Check that both machines run the same version.'
  },
  PEER_REFUSED: {
    status: 403,
    type: 'permission_error',
    meaning: 'The other machine refused: this machine is not paired with it, or lacks a grant.',
    remedy: 'Pair the machines, or ask the owner of the other machine to run unhosted grant there.'
  },
  IDENTITY_DUPLICATE: {
    status: 500,
    type: 'server_error',
    meaning: 'Another running machine has the same identity, for example because its home folder is a copy.',
    remedy: 'On one of the two machines, delete identity.key in the home folder, and pair again.'
  },

  // Pairing
  PAIRING_REFUSED: {
    status: 403,
    type: 'permission_error',
    meaning: 'The other machine did not accept the pairing.',
    remedy: 'Run unhosted pair again on both machines.'
  },
  PAIRING_MISMATCH: {
    status: 403,
    type: 'permission_error',
    meaning: 'The digits differ: another machine may be intercepting the connection.',
    remedy: 'Do not confirm. Try on another network, or use an invite.'
  },
  PAIRING_TIMEOUT: {
    status: 504,
    type: 'server_error',
    meaning: 'The pairing was not confirmed in time.',
    remedy: 'Run unhosted pair again on both machines.'
  },
  INVITE_INVALID: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The invite is damaged or changed, or the machine that issued it does not know it.',
    remedy: 'Ask for a new invite.'
  },
  INVITE_EXPIRED: {
    status: 403,
    type: 'permission_error',
    meaning: 'The invite has expired.',
    remedy: 'Ask for a new invite.'
  },
  INVITE_USED: {
    status: 403,
    type: 'permission_error',
    meaning: 'The invite has already been used.',
    remedy: 'Ask for a new invite.'
  },
  IDENTITY_CHANGED: {
    status: 403,
    type: 'permission_error',
    meaning: 'A machine answers with a different key than the one that was paired.',
    remedy:
      'If the machine was set up again, unpair it and pair again. If not, another machine may be impersonating it.'
  },

  // Pool
  LEASE_REFUSED: {
    status: 503,
    type: 'server_error',
    meaning: 'A peer refused to lend memory for the plan.',
    remedy: 'Lend more memory on that machine, or try again.'
  },
  LEASE_LOST: {
    status: 502,
    type: 'server_error',
    meaning: 'A memory lease ended while it was needed.',
    remedy: 'Retry the request; the next plan leaves that peer out.'
  },
  TUNNEL_FAILED: {
    status: 502,
    type: 'server_error',
    meaning: 'The encrypted tunnel to a peer could not be opened.',
    remedy: 'Check the connection between the machines with unhosted doctor.'
  }
} as const satisfies Record<string, ErrorSpec>
