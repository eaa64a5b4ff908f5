import type { ErrorSpec } from './error-spec.ts'

/** The error codes of core, the daemon and the CLI. docs/errors.md is generated from it; a test compares them. */
export const coreErrorTable = {
  // Anything
  INTERNAL: {
    status: 500,
    type: 'server_error',
    meaning: 'A fault in Unhosted itself.',
    remedy: 'Run again with --verbose and report what it prints.'
  },
  USAGE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A command was given arguments it does not take.',
    remedy: 'Read the command help: unhosted COMMAND --help.'
  },
  CANCELLED: {
    status: 499,
    type: 'server_error',
    meaning: 'The caller went away or the daemon is stopping.',
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
    meaning: 'A command of the public swarm was called, but the optional package for it is not installed.',
    remedy: 'Install it: npm install --global @unhosted/swarm.'
  },

  // Config, home folder, daemon
  CONFIG_INVALID: {
    status: 500,
    type: 'server_error',
    meaning: 'A flag, environment variable or config file holds a value that does not parse.',
    remedy: 'Correct the named setting.'
  },
  HOME_UNUSABLE: {
    status: 500,
    type: 'server_error',
    meaning: 'The home folder cannot be read or written.',
    remedy: 'Correct its owner and permissions, or choose another with --home.'
  },
  HOME_CORRUPT: {
    status: 500,
    type: 'server_error',
    meaning: 'A file in the home folder does not parse.',
    remedy: 'Restore the named file from a backup or delete it.'
  },
  DISK_FULL: {
    status: 507,
    type: 'server_error',
    meaning: 'The disk has no room left.',
    remedy: 'Free the named amount of space and try again; a partial download is kept.'
  },
  PORT_IN_USE: {
    status: 500,
    type: 'server_error',
    meaning: 'Another program listens on the port.',
    remedy: 'Stop that program or choose another port.'
  },
  DAEMON_RUNNING: {
    status: 500,
    type: 'server_error',
    meaning: 'A daemon already runs on this home folder.',
    remedy: 'Use it, stop it with unhosted stop, or choose another --home.'
  },
  DAEMON_NOT_RUNNING: {
    status: 503,
    type: 'server_error',
    meaning: 'No daemon answers on this home folder.',
    remedy: 'Start one with unhosted serve.'
  },

  // Requests
  REQUEST_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The request body is not what the endpoint takes.',
    remedy: 'Correct the request.'
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    type: 'invalid_request_error',
    meaning: 'The request body is larger than the gateway accepts.',
    remedy: 'Send less.'
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
    meaning: 'The Host or Origin header names a foreign site.',
    remedy: 'Call the gateway from this machine, or configure API keys and the allowed origin.'
  },
  API_KEY_REFUSED: {
    status: 401,
    type: 'authentication_error',
    meaning: 'API keys are configured, and the request carries none of them. They are required beyond loopback.',
    remedy: 'Send Authorization: Bearer KEY with a key from the keys file.'
  },
  API_KEYS_MISSING: {
    status: 500,
    type: 'server_error',
    meaning: 'The gateway was told to listen beyond loopback but no API key is configured.',
    remedy: 'Create a key file or listen on 127.0.0.1.'
  },
  CONTEXT_OVERFLOW: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The prompt and the answer do not fit the context size.',
    remedy: 'Shorten the prompt or raise the context size.'
  },
  NOT_SUPPORTED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The model or the engine cannot do what the request asks: embeddings, rerank, images, audio.',
    remedy: 'Use a model that can.'
  },
  NO_CAPACITY: {
    status: 503,
    type: 'server_error',
    meaning: 'No machine or pool of machines has enough lendable memory for the model.',
    remedy: 'Lower the context size, lend more memory, pair another machine, or use a smaller quantisation.'
  },

  // Models
  MODEL_UNKNOWN: {
    status: 404,
    type: 'not_found_error',
    meaning: 'No machine that can serve you holds a model of that name.',
    remedy: 'List models with unhosted models ls, or import or pull it.'
  },
  MODEL_INVALID: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The file is not a GGUF model that can be used.',
    remedy: 'Download or convert the file again.'
  },
  MODEL_DOWNLOAD_FAILED: {
    status: 502,
    type: 'server_error',
    meaning: 'The download did not finish.',
    remedy: 'Run the same command again; it resumes.'
  },
  MODEL_HASH_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'The bytes received are not the bytes announced.',
    remedy: 'Pull again; if it repeats, the source is altered.'
  },
  MODEL_IN_USE: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'The model is loaded.',
    remedy: 'Wait until it is idle or stop the daemon.'
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
    remedy: 'Install what the message names; the build log has the details.'
  },
  ENGINE_START_FAILED: {
    status: 503,
    type: 'server_error',
    meaning: 'The engine process did not become ready.',
    remedy: 'Read the named log file.'
  },
  ENGINE_EXITED: {
    status: 502,
    type: 'server_error',
    meaning: 'The engine process ended while it was needed.',
    remedy: 'Ask again; the model is loaded anew.'
  },
  ENGINE_FAULT: {
    status: 502,
    type: 'server_error',
    meaning: 'The engine answered with a fault of its own.',
    remedy: 'Ask again; if it repeats, read the engine log.'
  },

  // Peers
  PEER_UNKNOWN: {
    status: 404,
    type: 'not_found_error',
    meaning: 'No peer of that name or id is known.',
    remedy: 'List peers with unhosted peers.'
  },
  PEER_UNREACHABLE: {
    status: 502,
    type: 'server_error',
    meaning: 'The peer does not answer.',
    remedy: 'Check that it is on and that unhosted serve runs there.'
  },
  PEER_LOST: {
    status: 502,
    type: 'server_error',
    meaning: 'A peer was lost in the middle of an answer.',
    remedy: 'Ask again; the next plan leaves it out.'
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
    meaning: 'The other side refused because this machine is not paired or lacks the grant.',
    remedy: 'Pair the machines, or ask the owner of the other one to run unhosted grant there.'
  },
  IDENTITY_DUPLICATE: {
    status: 500,
    type: 'server_error',
    meaning: 'Another running machine uses the same identity, as after copying a home folder.',
    remedy: 'On one of the two, delete identity.key in the home folder and pair again.'
  },

  // Pairing
  PAIRING_REFUSED: {
    status: 403,
    type: 'permission_error',
    meaning: 'The other side did not accept the pairing.',
    remedy: 'Start again on both machines.'
  },
  PAIRING_MISMATCH: {
    status: 403,
    type: 'permission_error',
    meaning: 'The digits differ: someone may sit between the machines.',
    remedy: 'Do not confirm. Try on another network, or use an invite.'
  },
  PAIRING_TIMEOUT: {
    status: 504,
    type: 'server_error',
    meaning: 'Nobody confirmed in time.',
    remedy: 'Start again on both machines.'
  },
  INVITE_INVALID: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The invite does not parse, was altered, or is not known to its issuer.',
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
    meaning: 'The invite has been used.',
    remedy: 'Ask for a new invite.'
  },
  IDENTITY_CHANGED: {
    status: 403,
    type: 'permission_error',
    meaning: 'A peer answers with another key than the one that was paired.',
    remedy: 'If the machine was set up anew, unpair it and pair again. Otherwise do not.'
  },

  // Pool
  LEASE_REFUSED: {
    status: 503,
    type: 'server_error',
    meaning: 'A peer refused to lend memory for the plan.',
    remedy: 'Lend more on that machine, or plan again.'
  },
  LEASE_LOST: {
    status: 502,
    type: 'server_error',
    meaning: 'A lease ended while it was needed.',
    remedy: 'Ask again; the next plan leaves that peer out.'
  },
  TUNNEL_FAILED: {
    status: 502,
    type: 'server_error',
    meaning: 'The encrypted tunnel to a peer could not be made.',
    remedy: 'Check the route between the machines with unhosted doctor.'
  }
} as const satisfies Record<string, ErrorSpec>
