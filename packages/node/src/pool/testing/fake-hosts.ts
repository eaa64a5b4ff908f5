import { defaultGrants, type Grants, type PeerRecord } from '@unhosted/core/peers'
import type { PeerHost, PeerHostEvents, PeerPresence, ProtocolHandler } from '../../p2p/types.ts'
import { failed, type MemoryLink, MemoryStream } from './memory-stream.ts'

interface FakeHost extends PeerHost {
  readonly handlers: Map<string, ProtocolHandler>
  readonly presence: PeerPresence
  /** Change what the other host may do here. */
  setGrants(grants: Grants): void
  emit<K extends keyof PeerHostEvents>(event: K, payload: PeerHostEvents[K]): void
}

export interface FakePair {
  readonly head: FakeHost
  readonly lender: FakeHost
  readonly link: MemoryLink
  /** Reset every stream, as when the connection breaks or a side unpairs. */
  cut(): void
  /** Streams that are open, counting both ends. */
  openStreams(): number
}

const headId = `12D3KooW${'H'.repeat(44)}`
const lenderId = `12D3KooW${'L'.repeat(44)}`

/** Two paired hosts in one process, joined by in-memory streams; `grants` is what each allows the other. */
export function fakeHosts(options: {
  readonly address: string | null
  readonly seenAddress?: string
  readonly grants?: Grants
}): FakePair {
  const { address } = options
  const link: MemoryLink = { address, seenAddress: options.seenAddress ?? address, silent: false, streams: new Set() }
  const grants = options.grants ?? defaultGrants.local
  const head = fakeHost(headId, presenceOf(lenderId, 'lender', grants))
  const lender = fakeHost(lenderId, presenceOf(headId, 'head', grants))
  head.open = opener(head, lender, link)
  lender.open = opener(lender, head, link)
  return {
    head,
    lender,
    link,
    cut() {
      for (const stream of [...link.streams]) stream.fail(new Error('the connection was cut'))
    },
    openStreams: () => link.streams.size
  }
}

function presenceOf(peerId: string, name: string, grants: Grants): PeerPresence {
  const record: PeerRecord = { peerId, name, radius: 'local', grants, addresses: [], pairedAt: 0 }
  return { peerId, name, record, state: 'connected', addresses: [], link: null }
}

function opener(from: FakeHost, to: FakeHost, link: MemoryLink): PeerHost['open'] {
  return async (peerId, protocol, { signal }) => {
    const handler = to.handlers.get(protocol)
    if (peerId !== to.peerId) throw failed('PEER_UNKNOWN', 'unknown peer')
    if (signal.aborted) throw failed('CANCELLED', 'cancelled')
    if (handler === undefined || to.presence.record === null) throw failed('PEER_REFUSED', `${protocol} is not served`)
    const here = new MemoryStream(to.peerId, link)
    const there = new MemoryStream(from.peerId, link)
    here.other = there
    there.other = here
    link.streams.add(here).add(there)
    const gone = new AbortController()
    there.ended.then(() => gone.abort())
    handler(there, { peer: to.presence.record, signal: gone.signal }).then(
      () => there.close(),
      (error: unknown) => there.abort(error instanceof Error ? error : new Error(String(error)))
    )
    return here
  }
}

function fakeHost(peerId: string, other: PeerPresence): FakeHost & { open: PeerHost['open'] } {
  const handlers = new Map<string, ProtocolHandler>()
  const listeners = new Map<string, Set<(payload: never) => void>>()
  let presence = other
  return {
    peerId,
    handlers,
    get presence() {
      return presence
    },
    addresses: () => [],
    peers: () => [presence],
    peer: (id) => (id === presence.peerId ? presence : undefined),
    handle(protocol, handler) {
      handlers.set(protocol, handler)
      return () => {
        handlers.delete(protocol)
      }
    },
    open: () => Promise.reject(failed('PEER_UNREACHABLE', 'not connected')),
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener))
      return () => {
        set.delete(listener)
      }
    },
    emit(event, payload) {
      for (const listener of listeners.get(event) ?? []) listener(payload as never)
    },
    setGrants(grants) {
      if (presence.record === null) return
      presence = { ...presence, record: { ...presence.record, grants } }
      this.emit('peer:change', presence)
    }
  }
}
