import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Engine, EngineRunner, LlamaServer, ProcessExit, RpcServer } from '../../engine/types.ts'

/** A stand-in for the engine: each rpc-server is a TCP server here that sends back what it gets, one connection at a time. */
export class EchoEngine implements EngineRunner {
  readonly engine: Engine = {
    version: 'llama.cpp/test rpc/7.0.0',
    directory: '/',
    serverPath: '/',
    rpcServerPath: '/',
    source: 'config'
  }
  readonly running = new Set<RpcServer>()
  /** While set, the next start fails with it. */
  failure: Error | null = null
  /** While set, a start waits for it. */
  starting: Promise<void> | null = null
  /** While false, what arrives is left unread. */
  reading = true
  /** Bytes that reached any of the servers. */
  bytesReceived = 0
  connectionsAccepted = 0
  /** What the last server may take, bytes. */
  memoryBytes: number | undefined
  private nextPid = 1
  private readonly endings = new Map<RpcServer, (summary: string) => void>()

  async startRpcServer(options: Parameters<EngineRunner['startRpcServer']>[0]): Promise<RpcServer> {
    this.memoryBytes = options.memoryBytes
    if (this.failure !== null) throw this.failure
    if (this.starting !== null) {
      const { promise, reject } = Promise.withResolvers<never>()
      const onAbort = (): void => reject(new Error('aborted'))
      options.signal.addEventListener('abort', onAbort, { once: true })
      await Promise.race([this.starting, promise]).finally(() => options.signal.removeEventListener('abort', onAbort))
    }
    const sockets = new Set<Socket>()
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      this.connectionsAccepted += 1
      sockets.add(socket)
      socket.on('error', () => {}).once('close', () => sockets.delete(socket))
      if (!this.reading) return
      socket.on('data', (chunk) => {
        this.bytesReceived += chunk.length
      })
      socket.pipe(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    options.signal.throwIfAborted()
    const { promise, resolve } = Promise.withResolvers<ProcessExit>()
    const end = (summary: string): Promise<ProcessExit> => {
      server.close()
      for (const socket of sockets) socket.destroy()
      this.running.delete(rpcServer)
      resolve({ code: 0, signal: null, summary })
      return promise
    }
    const rpcServer: RpcServer = {
      pid: this.nextPid,
      logFile: '/',
      exited: promise,
      stop: () => end('stopped'),
      port: (server.address() as AddressInfo).port
    }
    this.nextPid += 1
    this.running.add(rpcServer)
    this.endings.set(rpcServer, end)
    return rpcServer
  }

  /** End every server as a crash would. */
  crash(): void {
    for (const server of this.running) this.endings.get(server)?.('it crashed')
  }

  startLlamaServer(): Promise<LlamaServer> {
    return Promise.reject(new Error('not in this stand-in'))
  }

  async listDevices(): Promise<readonly []> {
    return []
  }

  async stop(): Promise<void> {
    this.crash()
  }
}
