import type { ServableModel } from '@unhosted/core/control'

/** An HTTP request for a model, wherever it is served. */
export interface InferenceRequest {
  /** Path and query as llama-server knows it: `/v1/chat/completions`. */
  readonly path: string
  /** Only what upstream needs: content-type, accept. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The `model` field of the body. */
  readonly model: string
  /** Whether the body asks for a stream of events. */
  readonly stream: boolean
  /** Who asks: the local gateway, or a paired peer. A peer's request is never passed on. */
  readonly from: 'client' | { readonly peerId: string }
}

export interface Placement {
  readonly modelId: string
  readonly modelName: string
  readonly servedBy: { readonly peerId: string; readonly machine: string }
  /** `solo CPU` or `pool laptop:CPU[0-5] mini:Metal[6-11]`, for x-unhosted-plan. */
  readonly plan: string
}

export interface InferenceResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Ends with an error (BaseError PEER_LOST, ENGINE_EXITED, CANCELLED) when it is cut short. */
  readonly body: AsyncIterable<Uint8Array>
  readonly placement: Placement
}

/** Answers requests from the cheapest place that can. */
export interface Dispatcher {
  models(): Promise<readonly ServableModel[]>
  /**
   * Decides, loads on demand, and answers. Aborting `signal` frees the slot on whatever machine it runs.
   * @param onPlacement called once the place is known and before loading, which may take minutes.
   * @throws BaseError MODEL_UNKNOWN | NO_CAPACITY | ENGINE_START_FAILED | PEER_UNREACHABLE | LEASE_REFUSED | CANCELLED
   */
  dispatch(
    request: InferenceRequest,
    options: { readonly signal: AbortSignal; readonly onPlacement: (placement: Placement) => void }
  ): Promise<InferenceResponse>
}
