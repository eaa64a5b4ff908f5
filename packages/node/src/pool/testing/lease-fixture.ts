import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, vi } from 'vitest'
import type { HostPair } from './host-pairs.ts'
import { type LeaseSetup, leaseSetup, nothingHeld } from './leases.ts'

export interface LeaseFixture {
  /** A lender and a borrower that stop with the test. `freed` waits until nothing is held for a lease. */
  setup(
    pair: HostPair,
    options?: Parameters<typeof leaseSetup>[1]
  ): Promise<LeaseSetup & { readonly freed: () => Promise<void> }>
  /** A connection to a loopback endpoint that ends with the test. */
  dial(endpoint: string): Promise<Socket>
}

/** Call it once in a test file, at the top. */
export function leaseFixture(): LeaseFixture {
  const cleanups: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })
  return {
    async setup(pair, options = {}) {
      const made = await leaseSetup(pair, options)
      cleanups.push(() => made.stop())
      return { ...made, freed: () => vi.waitFor(() => expect(made.held()).toEqual(nothingHeld)) }
    },
    async dial(endpoint) {
      const socket = connect({ host: '127.0.0.1', port: Number(endpoint.split(':')[1]), allowHalfOpen: true })
      socket.on('error', () => {})
      cleanups.push(async () => {
        socket.destroy()
      })
      await once(socket, 'connect')
      return socket
    }
  }
}

/** The engine's end of a connection is over, neatly or not. */
export function over(socket: Socket): Promise<unknown> {
  if (socket.destroyed || socket.readableEnded) return Promise.resolve()
  return new Promise((resolve) => {
    socket.resume().once('end', resolve).once('error', resolve)
  })
}

export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A request that is granted, as it goes over the stream. */
export const requestMessage = {
  type: 'request',
  deviceId: 'CPU',
  bytes: 300,
  modelId: 'a'.repeat(64),
  modelName: 'tiny',
  engineVersion: 'llama.cpp/test rpc/7.0.0',
  fingerprint: 'f'.repeat(64)
}
