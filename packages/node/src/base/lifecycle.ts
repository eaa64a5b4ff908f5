/** Something that runs from its start to its stop. Making it starts nothing. */
export interface Part {
  readonly name: string
  /** A start that fails, or that `signal` aborts, leaves nothing running. */
  start(signal: AbortSignal): Promise<void>
  /** Idempotent; allowed before a start. */
  stop(): Promise<void>
}

/** What has started, so that it can be stopped in reverse: after a failed start as after a good one. */
export class Lifecycle {
  readonly #stops: { readonly name: string; readonly stop: () => Promise<void> | void }[] = []
  readonly #onError: (name: string, error: unknown) => void
  #stopped: Promise<void> | null = null

  /** @param onError a part that fails to stop; the others are stopped all the same */
  constructor(onError: (name: string, error: unknown) => void) {
    this.#onError = onError
  }

  /** From now on `stop` is called when the whole stops. */
  add(name: string, stop: () => Promise<void> | void): void {
    this.#stops.push({ name, stop })
  }

  /** Stop everything, last started first. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll()
    return this.#stopped
  }

  async #stopAll(): Promise<void> {
    for (const { name, stop } of this.#stops.reverse()) {
      try {
        await stop()
      } catch (error) {
        this.#onError(name, error)
      }
    }
  }
}
