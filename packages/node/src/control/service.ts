import type { ControlAnswer, ControlCallName, ControlRequest, DaemonEvent } from '@unhosted/core/control'

/** Aborts when the caller of the control API hangs up or the daemon stops. */
export interface CallOptions {
  readonly signal: AbortSignal
}

/** Every call of the table `controlCalls`, as a function: what it takes, answers and throws stands there. */
export type ControlApi = {
  readonly [N in ControlCallName]: ControlRequest<N> extends null
    ? (options: CallOptions) => Promise<ControlAnswer<N>>
    : (request: ControlRequest<N>, options: CallOptions) => Promise<ControlAnswer<N>>
}

/**
 * Everything the daemon does for its owner. The control server calls it with parsed requests;
 * `daemon-service.ts` implements it. Errors are BaseErrors and reach the CLI with code, message and advice.
 */
export interface ControlService extends ControlApi {
  /** @returns a function that removes the listener. Past events are not replayed. */
  subscribe(listener: (event: DaemonEvent) => void): () => void
}
