/** What other folders may know of the peers without making them. */
export type { PeerPresence } from '@unhosted/core/presence'
export type { PeerInventories } from './host/hello-exchange.ts'
export type {
  ManagedPeerHost,
  PeerHost,
  /** @internal For test doubles of other folders. */
  PeerHostEvents
} from './host/peer-host.ts'
export { type FramedStream, maxFrameBytes } from './streams/framed-stream.ts'
export type {
  /** @internal For test doubles of other folders. */
  ProtocolHandler,
  ProtocolHandlerContext
} from './streams/protocol-handler.ts'
