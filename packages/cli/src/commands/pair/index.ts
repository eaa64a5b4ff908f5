import { defineCommand, type OptionSpecs, type PositionalSpecs } from '@unhosted/terminal'

export const positionals = {
  peer: {
    describe:
      'Name or id of a machine on the network, or an invite. Default: choose one, or wait for the other machine',
    required: false
  }
} as const satisfies PositionalSpecs

export const options = {
  invite: { type: 'boolean', describe: 'Print a single-use invite for the other machine' },
  expires: { type: 'string', placeholder: 'TIME', describe: 'How long the invite is valid', default: '10m' },
  radius: {
    type: 'string',
    choices: ['local', 'trusted'],
    describe:
      "local: your own machine (requests and memory). trusted: a friend's machine (requests only). Default: local, or the radius of the invite"
  },
  address: {
    type: 'string',
    placeholder: 'HOST:PORT',
    describe: 'Address of the other machine, if it is not found automatically'
  },
  yes: {
    type: 'boolean',
    describe: 'Do not ask whether the digits match; only for a machine named by its full id'
  }
} as const satisfies OptionSpecs

export const pair = defineCommand({
  name: 'pair',
  summary: 'Pair this machine with another one',
  details: [
    'With digits: run `unhosted pair` on both machines. Both show six digits; confirm on both that they are the same.',
    'With an invite: run `unhosted pair --invite` here and `unhosted pair INVITE` on the other machine. Neither asks a question. Give the invite only to the machine that you want to pair: it works once, for the first machine that uses it.'
  ],
  positionals,
  options,
  examples: [
    ['unhosted pair', 'choose a machine, or wait for the other one'],
    ['unhosted pair mini', 'pair with a machine on the network'],
    ['unhosted pair --invite --radius trusted', "an invite for a friend's machine"],
    ["unhosted pair 'unhosted://pair?...'", 'accept an invite'],
    ['unhosted pair --address 192.168.1.20:7778', 'if multicast is blocked']
  ],
  load: () => import('./handler.ts')
})
