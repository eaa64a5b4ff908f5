import { createSocket } from 'node:dgram'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { BaseError } from '@unhosted/core/errors'
import { announcedAddressSchema, maxAnnouncedAddresses } from '@unhosted/core/protocol'

/** A machine that was heard of on the network. Anyone can make it up: it only says where to dial. */
export interface Sighting {
  readonly peerId: string
  /** Multiaddrs without the peer id. */
  readonly addresses: readonly string[]
}

/** IP address of a multiaddr; null where it has none. */
export function ipOf(address: Multiaddr): string | null {
  const ip = address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')
  return ip?.value ?? null
}

export function isLoopback(address: string): boolean {
  return (
    address.startsWith('127.') ||
    address === '::1' ||
    address.startsWith('/ip4/127.') ||
    address.startsWith('/ip6/::1/')
  )
}

/** Private, link-local and loopback networks: RFC 1918, 3927, 4193, 4291, 6598. */
const localNetworks = new BlockList()
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16]
] as const)
  localNetworks.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10]
] as const)
  localNetworks.addSubnet(network, bits, 'ipv6')

/** Whether a multiaddr leads no further than networks of people's own; others are not dialled on anyone's word. */
export function isLocalNetwork(address: string): boolean {
  const host = address.split('/')[2] ?? ''
  const version = isIP(host)
  return version !== 0 && localNetworks.check(host, version === 6 ? 'ipv6' : 'ipv4')
}

/** Our address towards `remote`, as the routing table has it; no packet is sent. null where there is no route. */
export function localAddressTowards(remote: string): Promise<string | null> {
  if (isLoopback(remote)) return Promise.resolve(isIPv6(remote) ? '::1' : '127.0.0.1')
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(remote) ? 'udp6' : 'udp4')
    const settle = (address: string | null): void => {
      socket.removeAllListeners()
      socket.close()
      resolve(address)
    }
    socket.once('error', () => settle(null))
    socket.once('connect', () => settle(socket.address().address))
    socket.connect(9, remote)
  })
}

/** Addresses fit to announce: bounded, unique, those that reach others first, loopback last. */
export function announceable(addresses: readonly string[]): string[] {
  const usable = [...new Set(addresses)].filter(
    (address) => announcedAddressSchema.safeParse(address).success && !address.startsWith('/ip6/fe80')
  )
  return usable.sort((a, b) => Number(isLoopback(a)) - Number(isLoopback(b))).slice(0, maxAnnouncedAddresses)
}

/**
 * The order in which to dial: networks that we are on first. Loopback only where nothing else is
 * known: on another machine's lips it means that machine, to us it means ourselves.
 */
export function dialOrder(addresses: readonly string[]): string[] {
  const distant = addresses.filter((address) => !isLoopback(address))
  if (distant.length === 0) return [...new Set(addresses)]
  const own = Object.values(networkInterfaces())
    .flat()
    .flatMap((entry) =>
      entry === undefined || entry.internal ? [] : [`${entry.address.split('.').slice(0, 3).join('.')}.`]
    )
  const isNear = (address: string): boolean => own.some((prefix) => (address.split('/')[2] ?? '').startsWith(prefix))
  return [...new Set(distant)].sort((a, b) => Number(isNear(b)) - Number(isNear(a)))
}

/**
 * What a person may write for an address: a multiaddr (with or without the peer's id), `host`, `host:port`, `[v6]:port`.
 * @throws BaseError USAGE
 */
export function parseDialAddress(text: string, defaultPort: number): { address: string; peerId: string | null } {
  if (text.startsWith('/')) return fromMultiaddr(text)
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)|([0-9a-fA-F:]+))(?::(\d{1,5}))?$/.exec(text.trim())
  const host = match?.[1] ?? match?.[2] ?? match?.[3]
  const port = Number(match?.[4] ?? defaultPort)
  if (host === undefined || port < 1 || port > 65535) throw badAddress(text)
  const version = isIP(host)
  if (version === 0 && !/^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$/.test(host)) throw badAddress(text)
  const kind = version === 4 ? 'ip4' : version === 6 ? 'ip6' : 'dns4'
  return { address: `/${kind}/${host}/tcp/${port}`, peerId: null }
}

function fromMultiaddr(text: string): { address: string; peerId: string | null } {
  let peerId: string | null
  let address: string
  try {
    const parsed = multiaddr(text)
    peerId = parsed.getComponents().find(({ name }) => name === 'p2p')?.value ?? null
    address = parsed.toString().replace(/\/p2p\/[^/]+$/, '')
  } catch (error) {
    throw badAddress(text, error)
  }
  if (!announcedAddressSchema.safeParse(address).success) throw badAddress(text)
  return { address, peerId }
}

function badAddress(text: string, cause?: unknown): BaseError {
  return new BaseError('USAGE', `"${text.slice(0, 100)}" is no address of a machine.`, {
    advice: 'Write host, host:port, or a multiaddr like /ip4/192.168.1.7/tcp/7778.',
    cause
  })
}
