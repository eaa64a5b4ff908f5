import type { OptionSpecs, PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  peer: {
    describe: 'Name or id of a seen machine, or an invite. Without it: wait for the other machine',
    required: false
  }
} as const satisfies PositionalSpecs

export const options = {
  invite: { type: 'boolean', describe: 'Print a single-use invite for the other machine' },
  expires: { type: 'string', placeholder: '10m', describe: 'How long the invite lives', default: '10m' },
  radius: {
    type: 'string',
    choices: ['local', 'trusted'],
    describe:
      'local: your own machine (requests and memory); trusted: a friend (requests only). Default: local, or what the invite says'
  },
  address: {
    type: 'string',
    placeholder: 'HOST:PORT',
    describe: 'Where the other machine is, if it is not found by itself'
  },
  yes: {
    type: 'boolean',
    describe: 'Do not ask whether the digits are the same; only for a machine named by its whole id'
  }
} as const satisfies OptionSpecs
