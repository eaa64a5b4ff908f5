import { cancelled } from '@unhosted/core/errors'

/** Something that runs from its start to its stop. Making it starts nothing. */
export interface Part {
  readonly name: string
  /** A start that fails, or that `signal` aborts, leaves nothing running. The signal says nothing once it resolved. */
  start(signal: AbortSignal): Promise<void>
  /** Idempotent; allowed before a start. */
  stop(): Promise<void>
}

/** Starts parts in order, and stops those that started in reverse. */
export class Lifecycle {
  readonly #parts: readonly Part[]
  readonly #onError: (name: string, error: unknown) => void
  readonly #stopping = new AbortController()
  readonly #started: Part[] = []
  #starting: Promise<void> | null = null
  #stopped: Promise<void> | null = null

  /** @param onError a part failed to stop; the others are stopped all the same */
  constructor(parts: readonly Part[], onError: (name: string, error: unknown) => void) {
    this.#parts = parts
    this.#onError = onError
  }

  /**
   * Start everything. When a part fails, those that had started are stopped first. Idempotent.
   * @throws what the part throws | BaseError CANCELLED when `signal` aborts or `stop` is called meanwhile
   */
  start(signal: AbortSignal): Promise<void> {
    this.#starting ??= this.#startAll(AbortSignal.any([signal, this.#stopping.signal]))
    return this.#starting
  }

  /** Stop everything that started, also in the middle of a start. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #startAll(signal: AbortSignal): Promise<void> {
    try {
      for (const part of this.#parts) {
        if (signal.aborted) throw cancelled(signal.reason)
        await part.start(signal)
        this.#started.push(part)
      }
      if (signal.aborted) throw cancelled(signal.reason)
    } catch (error) {
      await this.#stopAll()
      throw error
    }
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(cancelled(undefined, 'The daemon is stopping.'))
    // Its caller hears of a failed start.
    await this.#starting?.catch(() => {})
    await this.#stopAll()
  }

  async #stopAll(): Promise<void> {
    for (let part = this.#started.pop(); part !== undefined; part = this.#started.pop()) {
      try {
        await part.stop()
      } catch (error) {
        this.#onError(part.name, error)
      }
    }
  }
}
