import { readFile } from 'node:fs/promises'
import { must, runCommand } from './command.ts'
import { signalQuietly } from './processes.ts'

/** Addresses of every lab; labs cannot meet, as each has a bridge in a namespace of its own. */
const subnet = '10.77.0'
/** Nobody's: frames to it are flooded and taken by no one. */
const nowhere = '02:00:00:00:00:01'

export function hostAddress(index: number): string {
  return `${subnet}.${index + 10}`
}

/** argv that runs `command` in a namespace, in the same process (no fork, so the pid stays). */
export function enter(namespace: string, command: readonly string[]): readonly string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`, '--', ...command]
}

/** Whether this process may make namespaces and bridges here; else the reason. */
export async function namespacesRefused(): Promise<string | null> {
  if (process.platform !== 'linux') return 'network namespaces need Linux'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const trial = `unhosted-lab-trial-${process.pid}`
  try {
    await must(['ip', 'netns', 'add', trial])
    await must(['ip', '-n', trial, 'link', 'add', 'br0', 'type', 'bridge'])
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await runCommand(['ip', 'netns', 'del', trial]).catch(() => {})
  }
}

export async function makeBridge(namespace: string): Promise<void> {
  await must(['ip', 'netns', 'add', namespace])
  await ip(namespace, 'link set lo up')
  await ip(namespace, 'link add br0 type bridge')
  // Promiscuous, so that a capture on the bridge sees what one port sends to another.
  await ip(namespace, 'link set br0 promisc on up')
}

/** A namespace joined to the bridge by a veth pair: `eth0` in it, `p<index>` at the bridge. */
export async function makeHost(bridge: string, namespace: string, index: number): Promise<void> {
  await must(['ip', 'netns', 'add', namespace])
  await ip(bridge, `link add p${index} type veth peer name eth0 netns ${namespace}`)
  await ip(bridge, `link set p${index} addrgenmode none master br0 up`)
  await ip(namespace, 'link set lo up')
  // No IPv6 link-local address, which would pass a partition made for IPv4.
  await ip(namespace, 'link set eth0 addrgenmode none up')
  await ip(namespace, `addr add ${hostAddress(index)}/24 dev eth0`)
  await ip(namespace, 'route add 224.0.0.0/4 dev eth0')
}

/** Limit the rate both ways, or lift the limit. Source of the burst: tc-tbf(8), at least rate / HZ, and one GSO packet. */
export async function shapeRate(
  bridge: string,
  namespace: string,
  index: number,
  bitsPerSecond?: number
): Promise<void> {
  for (const [where, device] of [
    [bridge, `p${index}`],
    [namespace, 'eth0']
  ] as const) {
    await runCommand(['tc', '-n', where, 'qdisc', 'del', 'dev', device, 'root'])
    if (bitsPerSecond === undefined) continue
    const burstBytes = Math.max(128 * 1024, Math.ceil(bitsPerSecond / 8 / 100))
    const rule = `qdisc add dev ${device} root tbf rate ${bitsPerSecond}bit burst ${burstBytes} latency 50ms`
    await must(['tc', '-n', where, ...rule.split(' ')])
  }
}

/** Send what `namespace` has for a neighbour nowhere, without a word to the sender. */
export async function loseNeighbour(namespace: string, index: number): Promise<void> {
  await ip(namespace, `neigh replace ${hostAddress(index)} lladdr ${nowhere} dev eth0 nud permanent`)
}

export async function findNeighbour(namespace: string, index: number): Promise<void> {
  await ip(namespace, `neigh del ${hostAddress(index)} dev eth0`)
}

export async function namespacePids(namespace: string): Promise<readonly number[]> {
  const result = await runCommand(['ip', 'netns', 'pids', namespace])
  return result.stdout.split('\n').filter(Boolean).map(Number)
}

/** End everything in a namespace, by pid, and remove it. */
export async function removeNamespace(namespace: string): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const pids = await namespacePids(namespace)
    if (pids.length === 0) break
    for (const pid of pids) signalQuietly(pid, 'SIGKILL')
    await Promise.all(pids.map((pid) => gone(pid)))
  }
  await runCommand(['ip', 'netns', 'del', namespace])
}

export async function listNamespaces(): Promise<readonly string[]> {
  const result = await runCommand(['ip', 'netns', 'list'])
  return result.stdout.split('\n').flatMap((line) => line.split(' ')[0] || [])
}

/** Resolves when a killed process has left /proc, or is a zombie that its parent has to fetch; 2 s at most. */
async function gone(pid: number): Promise<void> {
  for (let waited = 0; waited < 2000; waited += 10) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    if (stat === '' || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function ip(namespace: string, rule: string): Promise<void> {
  await must(['ip', '-n', namespace, ...rule.split(' ')])
}
