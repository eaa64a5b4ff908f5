import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../base/index.ts'
import { loadIdentity } from '../../identity/index.ts'
import { silentLog } from '../../log/index.ts'
import { homePaths } from '../../store/index.ts'
import type { ManagedPeerHost } from '../host/peer-host.ts'
import { createPeering, type Peering } from '../peering.ts'

/** A peering on loopback with a home folder of its own, started; for tests. */
export interface TestPeering extends Peering {
  readonly home: string
  /** Stops it and removes its home folder. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface TestPeeringOptions {
  /** An existing home folder, to start again on; it is not removed at the end. */
  readonly home?: string
  /** Unix time, ms; used where no `clock` is given. */
  readonly now?: () => number
  /** The system's where it is not given. */
  readonly clock?: Clock
  /** TCP port; any free one where it is not given. */
  readonly port?: number
  /** IP addresses; loopback where they are not given. */
  readonly hosts?: readonly string[]
  readonly frameTimeoutMs?: number
  /** UDP port to look for others on; nobody is looked for where it is not given. */
  readonly mdnsPort?: number
}

/** Where it does not start, its home folder is gone again too. */
export async function startTestPeering(name: string, options: TestPeeringOptions = {}): Promise<TestPeering> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'unhosted-peering-')))
  const tidy = async (): Promise<void> => {
    if (options.home === undefined) await rm(home, { recursive: true, force: true })
  }
  try {
    const peering = await startOn(home, name, options)
    const { name: part, host, pairing, peersStore } = peering
    return {
      name: part,
      host,
      pairing,
      peersStore,
      start: (signal) => peering.start(signal),
      stop: () => peering.stop(),
      explainDiscovery: () => peering.explainDiscovery(),
      home,
      [Symbol.asyncDispose]: async () => {
        await peering.stop()
        await tidy()
      }
    }
  } catch (error) {
    await tidy()
    throw error
  }
}

async function startOn(home: string, name: string, options: TestPeeringOptions): Promise<Peering> {
  const peering = await unstartedPeering(name, { ...options, home })
  await peering.start(new AbortController().signal)
  return peering
}

/** A peering on loopback on an existing home folder, not started. */
export async function unstartedPeering(
  name: string,
  options: TestPeeringOptions & { readonly home: string }
): Promise<Peering> {
  const { home } = options
  const paths = homePaths(home)
  return await createPeering({
    paths,
    identity: await loadIdentity(paths, silentLog),
    name,
    version: '0.0.0',
    hosts: options.hosts ?? ['127.0.0.1'],
    port: options.port ?? 0,
    frameTimeoutMs: options.frameTimeoutMs ?? 30_000,
    mdns: options.mdnsPort !== undefined,
    ...(options.mdnsPort === undefined ? {} : { mdnsPort: options.mdnsPort }),
    clock: options.clock ?? { ...systemClock, now: options.now ?? systemClock.now },
    log: silentLog
  })
}

/** Two hosts on loopback, paired by invite as `local`, connected. */
export async function pairedHosts(): Promise<{
  readonly a: ManagedPeerHost
  readonly b: ManagedPeerHost
  stop(): Promise<void>
}> {
  const a = await startTestPeering('a')
  const b = await startTestPeering('b')
  const stop = async (): Promise<void> => {
    await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()])
  }
  try {
    await pairByInvite(a, b)
    return { a: a.host, b: b.host, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** `a` invites, `b` accepts; resolves when both are connected. */
export async function pairByInvite(a: Peering, b: Peering): Promise<void> {
  const signal = AbortSignal.timeout(10_000)
  const both = [untilState(a.host, b.host.peerId, 'connected'), untilState(b.host, a.host.peerId, 'connected')]
  const { invite } = await a.pairing.createInvite({ radius: 'local', expiresInMs: 60_000 })
  await b.pairing.acceptInvite({ invite, radius: null }, { signal })
  await Promise.all(both)
}

/** Resolves when the peer stands so; the caller's test timeout bounds it. */
export function untilState(
  host: ManagedPeerHost,
  peerId: string,
  state: 'connected' | 'seen' | 'offline'
): Promise<void> {
  return new Promise((resolve) => {
    const check = (): boolean => (host.peer(peerId)?.state ?? 'offline') === state
    if (check()) return resolve()
    const remove = host.on('peer:change', () => {
      if (!check()) return
      remove()
      resolve()
    })
  })
}
