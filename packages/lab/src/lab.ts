import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LabSite } from './lab-site.ts'
import { makeLoopbackLab } from './loopback-lab.ts'
import { isLeftover, labName } from './names.ts'
import { makeNamespaceLab } from './namespace-lab.ts'
import { listNamespaces, namespacesRefused, removeNamespace } from './namespaces.ts'
import { onProcessEnd } from './process-end.ts'
import type { Lab, LabOptions } from './types.ts'

/** Make hosts on one network; where namespaces cannot be made, on loopback, which it says. */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  const say = options.say ?? ((line: string) => process.stderr.write(`${line}\n`))
  const count = options.hosts ?? 3
  if (!Number.isInteger(count) || count < 1 || count > 200) throw new Error('A lab has 1 to 200 hosts.')
  const refused = options.kind === 'loopback' ? 'asked for' : await namespacesRefused()
  if (refused !== null && options.kind === 'namespaces') throw new Error(`No namespaces here: ${refused}.`)
  await sweep(refused === null)
  const name = await labName()
  const site: LabSite = {
    name,
    folder: await mkdtemp(join(tmpdir(), `${name}-`)),
    hostNames: Array.from({ length: count }, (_, index) => `${options.prefix ?? 'host'}${index + 1}`),
    environment: { UNHOSTED_THREADS: String(threadsPerHost(count)), ...options.environment }
  }
  const lab = refused === null ? makeNamespaceLab(site) : makeLoopbackLab(site)
  const release = onProcessEnd(() => lab.stop())
  const stop = async (): Promise<void> => {
    release()
    await lab.stop()
    await rm(site.folder, { recursive: true, force: true })
  }
  try {
    await lab.open()
  } catch (error) {
    await stop()
    throw error
  }
  if (refused !== null) say(`lab: ${count} daemons on loopback, not hosts in network namespaces: ${refused}`)
  return { ...lab, stop }
}

/** All hosts share this machine's cores, and the engine's threads spin: more of them than cores cost a factor of 30. */
function threadsPerHost(hosts: number): number {
  return Math.max(1, Math.floor(availableParallelism() / hosts))
}

/** Remove what labs of dead processes left behind. */
async function sweep(namespaces: boolean): Promise<void> {
  for (const name of namespaces ? await listNamespaces() : []) if (await isLeftover(name)) await removeNamespace(name)
  for (const name of await readdir(tmpdir()))
    if (await isLeftover(name)) await rm(join(tmpdir(), name), { recursive: true, force: true })
}
