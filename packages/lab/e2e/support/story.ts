import type { DaemonStatus, InviteView, PeersReport } from '@unhosted/core/control'
import { limitsForMachines } from '@unhosted/core/planner'
import type { Host, Lab } from '@unhosted/lab'
import { createControlClient } from '@unhosted/node/control'
import { inspectGguf } from '@unhosted/node/models'
import { homePaths } from '@unhosted/node/store'
import { expect } from 'vitest'
import { tinyPath } from './other-model.ts'

/** The most tokens that `tiny` takes, and its default. */
const contextSize = 2048

/** `serve` arguments that let each host use and lend so little that `tiny` needs exactly so many. */
export async function limited(hosts: 2 | 3): Promise<readonly string[]> {
  const facts = await inspectGguf(tinyPath, { signal: AbortSignal.timeout(30_000) })
  const limits = limitsForMachines(facts, contextSize, hosts)
  if (limits === null) throw new Error(`No limits make this model need ${hosts} hosts.`)
  const { memoryBytes, lendBytes } = limits
  return ['--memory', String(memoryBytes), '--lend-memory', String(lendBytes)]
}

/** Pair two hosts: one makes an invite, the other takes it. */
export async function pairByInvite(issuer: Host, guest: Host, radius: 'local' | 'trusted' = 'local'): Promise<void> {
  const made = await issuer.cli(['pair', '--invite', '--radius', radius])
  expect(made.code, made.stderr + made.stdout).toBe(0)
  const taken = await guest.cli(['pair', (made.json as InviteView).invite, '--radius', radius])
  expect(taken.code, taken.stderr + taken.stdout).toBe(0)
}

/** Start every host with these arguments and pair each with each other. */
export async function startPaired(lab: Lab, args: readonly string[]): Promise<void> {
  await Promise.all(lab.hosts.map((host) => host.start(args)))
  for (const [index, host] of lab.hosts.entries())
    for (const other of lab.hosts.slice(index + 1)) await pairByInvite(host, other)
  await connected(lab.hosts)
}

/** Resolves when each of these hosts sees each other one paired, connected, and with its devices. */
export async function connected(hosts: readonly Host[]): Promise<void> {
  for (const host of hosts) {
    const others = hosts.filter((other) => other !== host)
    await host.daemon?.waitFor('ready')
    await eventually(async () => {
      const { peers } = await report(host)
      const there = peers.filter((peer) => peer.paired && peer.state === 'connected' && peer.devices.length > 0)
      const names = there.map((peer) => peer.name)
      expect(names).toEqual(expect.arrayContaining(others.map((other) => other.name)))
    })
  }
}

export function report(host: Host): Promise<PeersReport> {
  return createControlClient(homePaths(host.home)).peers({ signal: AbortSignal.timeout(10_000) })
}

/** Asked over the control socket itself, which is a file and crosses namespaces: the CLI's own start takes longer. */
export function status(host: Host): Promise<DaemonStatus> {
  return createControlClient(homePaths(host.home)).status({ signal: AbortSignal.timeout(10_000) })
}

/** Ask again until the expectation holds; its own failure after `timeoutMs`. For states that no event announces. */
export async function eventually(expectation: () => Promise<void>, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await expectation()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** The host runs its daemon alone, holds no lease and no instance, and has all its memory back. */
export async function expectClean(host: Host, args: readonly string[]): Promise<void> {
  const lendBytes = Number(args[args.indexOf('--lend-memory') + 1])
  await eventually(async () => {
    const now = await status(host)
    expect(now.leases).toEqual([])
    expect(now.instances).toEqual([])
    for (const device of now.devices) expect(device.lendableBytes, `${host.name} ${device.id}`).toBe(lendBytes)
    const running = (await host.processes()).filter((one) => one.pid !== now.pid)
    expect(running.map((one) => one.argv.join(' '))).toEqual([])
  })
}
