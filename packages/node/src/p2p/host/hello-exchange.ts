import type { Inventory } from '@unhosted/core/inventory'
import type { Grants, PeerRecord } from '@unhosted/core/peers'
import { type Hello, helloSchema, maxAnnouncedAddresses } from '@unhosted/core/protocol'
import { type Clock, createEmitter } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'
import { type FramedStream, maxFrameBytes } from '../streams/framed-stream.ts'
import type { ProtocolHandler } from '../streams/protocol-handler.ts'

/** Changes that come close together are told at once. */
const gatherMs = 200
const exchangeTimeoutMs = 5000

/** What paired peers say they have, and what we tell them. */
export interface PeerInventories {
  /** What this machine has now; told to every connected peer where it differs from the last. */
  publish(inventory: Inventory): void
  /** The last that the peer told, while it is paired; null where it has told nothing. */
  of(peerId: string): Inventory | null
  /** What the peer said that we may do there; null where it has told nothing. */
  grantsFrom(peerId: string): Grants | null
  /** Ask the peer now. @throws BaseError PEER_UNKNOWN | PEER_UNREACHABLE | PEER_REFUSED | PEER_PROTOCOL | CANCELLED */
  refresh(peerId: string, options: { readonly signal: AbortSignal }): Promise<Inventory | null>
  /** @returns a function that removes the listener. */
  onChange(listener: (change: { readonly peerId: string; readonly inventory: Inventory | null }) => void): () => void
}

export interface HelloExchange extends PeerInventories {
  readonly handler: ProtocolHandler
  /** Exchange hellos with a peer; a failure is logged. */
  greet(peerId: string, signal: AbortSignal): void
  /** The peer is no longer paired. */
  forget(peerId: string): void
  stop(): void
}

export interface HelloExchangeOptions {
  readonly name: string
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly addresses: () => readonly string[]
  /** What the peer may do here. */
  readonly grantsTo: (peerId: string) => Grants
  readonly connectedPeers: () => readonly string[]
  readonly open: (peerId: string, signal: AbortSignal) => Promise<FramedStream>
  readonly onHello: (peerId: string, hello: Hello) => void
}

export function createHelloExchange(options: HelloExchangeOptions): HelloExchange {
  const { clock, log, open } = options
  const events = createEmitter<{ inventory: { readonly peerId: string; readonly inventory: Inventory | null } }>(log)
  const known = new Map<string, Inventory>()
  const grants = new Map<string, Grants>()
  let own: Inventory | null = null
  let ownText = ''
  let cancelTelling: (() => void) | null = null
  const stopping = new AbortController()

  const hello = (peerId: string): Hello => ({
    type: 'hello',
    name: options.name,
    version: options.version,
    addresses: options.addresses().slice(0, maxAnnouncedAddresses),
    grants: options.grantsTo(peerId),
    inventory: own
  })
  const take = (peerId: string, said: Hello): void => {
    if (said.inventory !== null && said.inventory.peerId !== peerId) throw new Error('an inventory of another peer')
    options.onHello(peerId, said)
    grants.set(peerId, said.grants)
    if (said.inventory === null) return
    if (JSON.stringify(known.get(peerId)) === JSON.stringify(said.inventory)) return
    known.set(peerId, said.inventory)
    events.emit('inventory', { peerId, inventory: said.inventory })
  }
  const exchange = async (peerId: string, signal: AbortSignal): Promise<void> => {
    const merged = AbortSignal.any([signal, stopping.signal])
    const stream = await open(peerId, merged)
    try {
      await stream.writeJson(hello(peerId), { signal: merged })
      take(peerId, await stream.readJson(helloSchema, { signal: merged, timeoutMs: exchangeTimeoutMs }))
      await stream.close()
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }
  const tellAll = (): void => {
    cancelTelling = null
    for (const peerId of options.connectedPeers()) {
      exchange(peerId, stopping.signal).catch((error: unknown) =>
        log.debug({ peerId, error: String(error) }, 'could not tell a peer of a change')
      )
    }
  }

  return {
    publish: (inventory) => {
      const text = JSON.stringify(inventory)
      if (text === ownText) return
      if (Buffer.byteLength(text) > maxFrameBytes - 8192) {
        log.warn({ models: inventory.models.length }, 'the inventory is too long to be told to peers')
        return
      }
      own = inventory
      ownText = text
      cancelTelling ??= clock.after(gatherMs, tellAll)
    },
    of: (peerId) => known.get(peerId) ?? null,
    grantsFrom: (peerId) => grants.get(peerId) ?? null,
    refresh: async (peerId, { signal }) => {
      await exchange(peerId, signal)
      return known.get(peerId) ?? null
    },
    onChange: (listener) => events.on('inventory', listener),
    handler: async (stream, { peer, signal }: { peer: PeerRecord; signal: AbortSignal }) => {
      const said = await stream.readJson(helloSchema, { signal, timeoutMs: exchangeTimeoutMs })
      await stream.writeJson(hello(peer.peerId), { signal })
      take(peer.peerId, said)
    },
    greet: (peerId, signal) => {
      exchange(peerId, signal).catch((error: unknown) => {
        log.debug({ peerId, error: String(error) }, 'greeting a peer failed')
      })
    },
    forget: (peerId) => {
      grants.delete(peerId)
      if (known.delete(peerId)) events.emit('inventory', { peerId, inventory: null })
    },
    stop: () => {
      stopping.abort()
      cancelTelling?.()
      cancelTelling = null
    }
  }
}
