import { defineCommand } from '@unhosted/terminal'
import { options, positionals } from './options.ts'

export const pair = defineCommand({
  name: 'pair',
  summary: 'Pair this machine with another one',
  details: [
    'By digits: run `unhosted pair` on both machines; both show the same six digits, and you confirm on both.',
    'By invite: `unhosted pair --invite` here, `unhosted pair INVITE` there; nothing is asked. An invite works once: give it only to the machine it is for.'
  ],
  positionals,
  options,
  examples: [
    ['unhosted pair', 'choose a machine, or wait to be chosen'],
    ['unhosted pair mini', 'offer to pair to a machine that was seen'],
    ['unhosted pair --invite --radius trusted', "an invite for a friend's machine"],
    ["unhosted pair 'unhosted://pair?...'", 'accept an invite'],
    ['unhosted pair --address 192.168.1.20:7778', 'where multicast is blocked']
  ],
  load: () => import('./handler.ts')
})
