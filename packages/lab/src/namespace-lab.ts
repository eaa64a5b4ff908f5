import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startCapture } from './capture.ts'
import { startDelay } from './delay.ts'
import { type Ground, LabHost } from './host.ts'
import type { LabSite } from './lab-site.ts'
import {
  enter,
  findNeighbour,
  hostAddress,
  loseNeighbour,
  makeBridge,
  makeHost,
  namespacePids,
  removeNamespace,
  shapeRate
} from './namespaces.ts'
import type { Capture, Host, Lab, LinkShape } from './types.ts'

export type OpenableLab = Lab & { open(): Promise<void> }

/** Hosts in network namespaces on a bridge, which has a namespace of its own: this machine's network stays as it is. */
export function makeNamespaceLab(site: LabSite): OpenableLab {
  const bridge = `${site.name}-bridge`
  const delays = new Map<number, { stop(): Promise<void> }>()
  const captures = new Set<Capture>()

  const shape = async (index: number, { bitsPerSecond, delayMs }: LinkShape): Promise<void> => {
    await shapeRate(bridge, `${site.name}-${index}`, index, bitsPerSecond)
    await delays.get(index)?.stop()
    delays.delete(index)
    if (delayMs !== undefined && delayMs > 0) delays.set(index, await startDelay(bridge, index, delayMs))
  }
  const ground = (name: string, index: number): Ground => {
    const home = join(site.folder, name)
    return {
      name,
      address: hostAddress(index),
      home,
      serveArguments: [],
      environment: { ...process.env, ...site.environment, UNHOSTED_HOME: home },
      enter: (command) => enter(`${site.name}-${index}`, command),
      pids: () => namespacePids(`${site.name}-${index}`),
      shape: (wanted) => shape(index, wanted)
    }
  }
  const hosts = site.hostNames.map(
    (name, index) => new LabHost(ground(name, index), join(site.folder, `${index}.sock`))
  )
  const indexOf = (host: Host): number => (hosts as readonly Host[]).indexOf(host)
  const bothWays = (a: Host, b: Host, change: (namespace: string, index: number) => Promise<void>) =>
    Promise.all([change(`${site.name}-${indexOf(a)}`, indexOf(b)), change(`${site.name}-${indexOf(b)}`, indexOf(a))])

  return {
    kind: 'namespaces',
    hosts,
    host: (number) => nth(hosts, number),
    partition: async (a, b) => void (await bothWays(a, b, loseNeighbour)),
    heal: async (a, b) => void (await bothWays(a, b, findNeighbour)),
    capture: async (file) => {
      const capture = await startCapture(enter(bridge, []), file)
      captures.add(capture)
      return capture
    },
    file: (name) => join(site.folder, name),
    open: async () => {
      await makeBridge(bridge)
      for (const [index, host] of hosts.entries()) {
        await makeHost(bridge, `${site.name}-${index}`, index)
        await mkdir(host.home, { mode: 0o700 })
      }
    },
    stop: async () => {
      await Promise.all([...captures].map((one) => one.stop()))
      await Promise.all(hosts.map((host) => host.close()))
      await Promise.all([...delays.values()].map((one) => one.stop()))
      for (const index of hosts.keys()) await removeNamespace(`${site.name}-${index}`)
      await removeNamespace(bridge)
    }
  }
}

export function nth(hosts: readonly Host[], number: number): Host {
  const host = hosts[number - 1]
  if (host === undefined) throw new Error(`There is no host ${number}; the lab has ${hosts.length}.`)
  return host
}
