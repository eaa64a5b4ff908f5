import type { ChildProcess } from 'node:child_process'
import { EventEmitter, on } from 'node:events'
import { createInterface } from 'node:readline'
import type { DaemonEvent } from '@unhosted/core/control'
import { ended } from './command.ts'

export type ReadyEvent = Extract<DaemonEvent, { event: 'ready' }>

type EventOf<K extends DaemonEvent['event']> = Extract<DaemonEvent, { event: K }>

const readyTimeoutMs = 30_000
/** Output kept for the message of a failure. */
const keptLines = 60

/** A running `unhosted serve --json`, followed by its events. */
export class Daemon {
  readonly child: ChildProcess
  readonly pid: number
  /** Every event so far, oldest first. */
  readonly events: DaemonEvent[] = []
  readonly #emitter = new EventEmitter()
  readonly #tail: string[] = []
  readonly #exited: Promise<void>

  constructor(child: ChildProcess) {
    if (child.pid === undefined || child.stdout === null || child.stderr === null)
      throw new Error('serve did not start.')
    this.child = child
    this.pid = child.pid
    this.#exited = ended(child)
    this.#emitter.setMaxListeners(0)
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line))
    createInterface({ input: child.stderr }).on('line', (line) => this.#keep(line))
  }

  /** Resolves on the first event, past or to come, that is a `name` and matches. @throws Error when time is up or the daemon ends */
  async waitFor<K extends DaemonEvent['event']>(
    name: K,
    matches: (event: EventOf<K>) => boolean = () => true,
    timeoutMs = readyTimeoutMs
  ): Promise<EventOf<K>> {
    const fits = (event: DaemonEvent): event is EventOf<K> => event.event === name && matches(event as EventOf<K>)
    const past = this.events.find(fits)
    if (past !== undefined) return past
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), timeoutMs)
    void this.#exited.then(() => stop.abort())
    try {
      for await (const [event] of on(this.#emitter, 'event', { signal: stop.signal })) if (fits(event)) return event
    } catch (error) {
      if (!stop.signal.aborted) throw error
    } finally {
      clearTimeout(timer)
    }
    throw new Error(`No event '${name}' within ${timeoutMs} ms.\n${this.output()}`)
  }

  ready(): Promise<ReadyEvent> {
    return this.waitFor('ready')
  }

  /** The last lines it wrote. */
  output(): string {
    return this.#tail.join('\n')
  }

  get exited(): Promise<void> {
    return this.#exited
  }

  #take(line: string): void {
    this.#keep(line)
    let event: DaemonEvent
    try {
      event = JSON.parse(line)
    } catch {
      return
    }
    this.events.push(event)
    this.#emitter.emit('event', event)
  }

  #keep(line: string): void {
    this.#tail.push(line)
    if (this.#tail.length > keptLines) this.#tail.shift()
  }
}
