import type { Device } from '@unhosted/core/inventory'

/** A usable llama.cpp: two binaries of one version in one place. */
export interface Engine {
  /** `llama.cpp/<release> rpc/<major.minor.patch>`; two engines pool only when these are equal. */
  readonly version: string
  readonly directory: string
  readonly serverPath: string
  readonly rpcServerPath: string
  readonly source: 'config' | 'cache' | 'path' | 'package' | 'build'
}

/** How a supervised process ended. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** One sentence for people, with the last meaningful log line where there is one. */
  readonly summary: string
}

export interface SupervisedProcess {
  readonly pid: number
  readonly logFile: string
  /** Settles, never rejects, once the process is gone. */
  readonly exited: Promise<ProcessExit>
  /** SIGTERM, then SIGKILL after graceMs (default 2000). Idempotent. */
  stop(graceMs?: number): Promise<ProcessExit>
}

export interface LlamaServerOptions {
  readonly modelPath: string
  /** Name it answers with. */
  readonly alias: string
  readonly contextSize: number
  /** Requests answered at once; each has the whole context (unified KV). */
  readonly parallel: number
  /** Tokens computed at once (`--ubatch-size`). Embedding and reranking refuse an input that is longer. */
  readonly microBatchTokens: number
  /** Layers from the end, output included, that go to `devices`; the rest stay on the CPU. */
  readonly gpuLayers: number
  /** Engine device names in layer order, `RPC0` style for endpoints in `rpcEndpoints` order; empty for CPU only. */
  readonly devices: readonly string[]
  /** Layers per entry of `devices`. */
  readonly tensorSplit: readonly number[]
  /** `127.0.0.1:port`, one per lease. */
  readonly rpcEndpoints: readonly string[]
  /**
   * Serve /v1/embeddings too. Chat and completions go on working on the same instance (seen with v0.5.0). Price: the
   * server keeps logits for a whole batch (512 x vocabulary x 4 bytes of the head's memory, 300 MB at 150k tokens),
   * and one input may have 512 tokens at most. Models that declare a pooling type use it; others use the mean.
   */
  readonly embeddings: boolean
  /** Serve /v1/rerank too; chat goes on working, but embeddings are then scores: start another instance for those. */
  readonly reranking: boolean
  readonly signal: AbortSignal
}

export interface LlamaServer extends SupervisedProcess {
  /** Unix socket (or `127.0.0.1:port` where the platform has none) it listens on. */
  readonly listen: { readonly socketPath: string } | { readonly port: number }
}

export interface RpcServer extends SupervisedProcess {
  /** Loopback port. */
  readonly port: number
}

/** Starts and watches engine processes; none outlives the daemon. */
export interface EngineRunner {
  readonly engine: Engine
  /** Resolves when it answers /health. @throws BaseError ENGINE_START_FAILED | CANCELLED */
  startLlamaServer(options: LlamaServerOptions): Promise<LlamaServer>
  /** Resolves when it accepts connections. @throws BaseError ENGINE_START_FAILED | CANCELLED */
  startRpcServer(options: {
    readonly deviceId: string
    readonly threads: number
    /**
     * What was lent, bytes. Nothing in the protocol keeps a client to it, so a server on the CPU device that takes a
     * quarter (at least 256 MiB) more is ended; looked at once a second, on Linux. Without it there is no limit.
     */
    readonly memoryBytes?: number
    readonly signal: AbortSignal
  }): Promise<RpcServer>
  /** Devices as the engine sees them (CPU included), memory total and free; `usable` and `lendable` are filled in by inventory. */
  listDevices(options: {
    readonly signal: AbortSignal
  }): Promise<readonly Omit<Device, 'usableBytes' | 'lendableBytes'>[]>
  /** Stop every process. Idempotent. */
  stop(): Promise<void>
}
