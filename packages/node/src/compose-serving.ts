import type { LocalMachine } from './compose-local.ts'
import type { ComposeOptions } from './compose-options.ts'
import type { Placing } from './compose-router.ts'
import { createGateway, type Gateway } from './gateway/index.ts'
import {
  askPeer,
  createDispatcher,
  createPeerInferenceServer,
  type Dispatcher,
  defaultPeerInferenceLimits,
  type PeerInferenceServer
} from './router/index.ts'

/** Requests, from clients and from peers. */
export interface Serving {
  readonly dispatcher: Dispatcher
  readonly peerInference: PeerInferenceServer
  readonly gateway: Gateway
}

export function createServing(options: ComposeOptions, local: LocalMachine, placing: Placing): Serving {
  const { clock, name, config, events } = options
  const { host } = options.peering
  const log = options.log.component('router')
  const dispatcher = createDispatcher({
    self: { peerId: host.peerId, machine: name },
    store: local.store,
    instances: placing.instances,
    loaded: local.loaded,
    peers: placing.machines.holders,
    fitsHere: placing.planning.fitsHere,
    askPeer: (peerId, request, dispatch) => askPeer(host, peerId, request, dispatch),
    clock,
    log
  })
  const peerInference = createPeerInferenceServer({
    host,
    dispatch: dispatcher.dispatch,
    clock,
    log,
    limits: defaultPeerInferenceLimits
  })
  const gateway = createGateway({
    dispatcher,
    config: config.gateway,
    log: options.log.component('gateway'),
    clock,
    self: { peerId: host.peerId, name },
    onRequest: (event) => events.emit(event)
  })
  return { dispatcher, peerInference, gateway }
}
