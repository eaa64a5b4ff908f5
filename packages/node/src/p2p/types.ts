/** What other folders may know of the peers without making them. */
export type { PeerPresence } from '@unhosted/core/presence'
export type { PeerInventories } from './host/hello-exchange.ts'
export type { ManagedPeerHost, PeerHost, PeerHostEvents } from './host/peer-host.ts'
export type { PairingService } from './pairing/pairing-service.ts'
export type { PeersStore } from './peers-store.ts'
export { type FramedStream, maxFrameBytes } from './streams/framed-stream.ts'
export type { ProtocolHandler, ProtocolHandlerContext } from './streams/protocol-handler.ts'
