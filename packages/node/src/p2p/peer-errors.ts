import { BaseError } from '@unhosted/core/errors'

/** @param reference what a person or a caller named the peer by */
export function unknownPeer(reference: string): BaseError {
  return new BaseError('PEER_UNKNOWN', `No peer "${reference.slice(0, 80)}" is known.`, {
    advice: 'List peers with unhosted peers, or reach one with unhosted pair --address HOST.'
  })
}
