import type { Link } from '@unhosted/core/inventory'
import type { Clock } from '../../base/index.ts'
import type { FramedStream } from '../streams/framed-stream.ts'
import { monitorLink } from './link-monitor.ts'

export interface LinkWatchesOptions {
  readonly clock: Clock
  /** Opens a stream of linkProtocol to the peer. */
  readonly open: (peerId: string, signal: AbortSignal) => Promise<FramedStream>
  /** A ping was answered. */
  readonly onLink: (peerId: string, link: Link) => void
  /** The watch is over, and why; not called after stopAll. */
  readonly onOver: (peerId: string, error: unknown) => void
}

/** Watches the links to connected paired peers, each until it is lost: at most one watch per peer. */
export class LinkWatches {
  readonly #options: LinkWatchesOptions
  readonly #watches = new Map<string, AbortController>()
  readonly #stopping = new AbortController()

  constructor(options: LinkWatchesOptions) {
    this.#options = options
  }

  has(peerId: string): boolean {
    return this.#watches.has(peerId)
  }

  start(peerId: string): void {
    if (this.#watches.has(peerId) || this.#stopping.signal.aborted) return
    const { clock, open, onLink, onOver } = this.#options
    const watch = new AbortController()
    this.#watches.set(peerId, watch)
    monitorLink({
      clock,
      signal: watch.signal,
      open: (signal) => open(peerId, signal),
      onLink: (link) => onLink(peerId, link)
    }).catch((error: unknown) => {
      this.#watches.delete(peerId)
      if (!this.#stopping.signal.aborted) onOver(peerId, error)
    })
  }

  /** Aborts when the watch of the peer ends; undefined where it is not watched. */
  signal(peerId: string): AbortSignal | undefined {
    return this.#watches.get(peerId)?.signal
  }

  stop(peerId: string): void {
    this.#watches.get(peerId)?.abort()
  }

  stopAll(): void {
    this.#stopping.abort()
    for (const watch of this.#watches.values()) watch.abort()
  }
}
