import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ground, LabHost } from './host.ts'
import type { LabSite } from './lab-site.ts'
import { nth, type OpenableLab } from './namespace-lab.ts'

/** The same hosts as plain daemons on this machine, each with its own home and ports. */
export function makeLoopbackLab(site: LabSite): OpenableLab {
  const ground = (name: string): Ground => {
    const home = join(site.folder, name)
    return {
      name,
      address: '127.0.0.1',
      home,
      serveArguments: ['--port', '0', '--p2p-port', '0'],
      environment: { ...process.env, ...site.environment, UNHOSTED_HOME: home },
      enter: (command) => command,
      pids: async () => null,
      shape: () => refuse('shape a link')
    }
  }
  const hosts = site.hostNames.map((name, index) => new LabHost(ground(name), join(site.folder, `${index}.sock`)))
  return {
    kind: 'loopback',
    hosts,
    host: (number) => nth(hosts, number),
    partition: () => refuse('partition hosts'),
    heal: () => refuse('partition hosts'),
    capture: () => refuse('capture a bridge'),
    file: (name) => join(site.folder, name),
    open: async () => {
      for (const host of hosts) await mkdir(host.home, { mode: 0o700 })
    },
    stop: async () => void (await Promise.all(hosts.map((host) => host.close())))
  }
}

function refuse(what: string): Promise<never> {
  return Promise.reject(new Error(`A lab on loopback cannot ${what}; that needs root on Linux.`))
}
