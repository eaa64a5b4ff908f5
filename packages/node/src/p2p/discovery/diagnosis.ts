import { readFileSync } from 'node:fs'
import { networkInterfaces, release } from 'node:os'
import { type HealthWarning, healthWarning } from '@unhosted/core/control'
import type { MulticastReport } from './multicast-probe.ts'

/** Machines need this long to answer: before that, finding none means nothing. */
const graceMs = 5000

export interface DiscoveryFacts {
  /** Whether mDNS is turned on. */
  readonly mdns: boolean
  /** null until it has been tried. */
  readonly multicast: MulticastReport | null
  /** Address of another running machine with our identity. */
  readonly duplicateAt: string | null
  readonly runningMs: number
  readonly peersSeen: number
  readonly peersConnected: number
  /** Names of paired peers at whose addresses another key answers. */
  readonly impostors: readonly string[]
  /** Names of interfaces with an IPv4 address, loopback left out. */
  readonly interfaces: readonly string[]
  readonly hasDefaultRoute: boolean | null
  readonly isWsl: boolean
}

/** Why peers are not found, likeliest cause first, each with what to try. Decides from the facts alone. */
export function diagnoseDiscovery(facts: DiscoveryFacts): HealthWarning[] {
  const warnings: HealthWarning[] = []
  const { multicast } = facts
  if (facts.duplicateAt !== null) warnings.push(healthWarning('identity-duplicate', { address: facts.duplicateAt }))
  for (const name of facts.impostors) warnings.push(healthWarning('peer-key-changed', { name }))
  if (facts.peersSeen > 0 || facts.peersConnected > 0 || facts.runningMs < graceMs) return warnings

  if (facts.interfaces.length === 0) return [...warnings, healthWarning('no-network', {})]
  if (!facts.mdns) return [...warnings, healthWarning('mdns-off', {})]
  const broken = multicast === null ? null : brokenMulticast(multicast, facts.interfaces)
  if (broken !== null) warnings.push(broken)
  if (facts.isWsl) warnings.push(healthWarning('wsl-nat', {}))
  if (facts.interfaces.every(isVpn)) warnings.push(healthWarning('vpn-only', {}))
  if (facts.hasDefaultRoute === false && broken?.id !== 'no-route') warnings.push(healthWarning('no-default-route', {}))
  if (multicast !== null && broken === null) {
    warnings.push(multicast.heardOthers ? healthWarning('no-peers', {}) : healthWarning('network-silent', {}))
  }
  return warnings
}

/** What is wrong with multicast on this machine itself; null where nothing is. */
function brokenMulticast(multicast: MulticastReport, interfaces: readonly string[]): HealthWarning | null {
  const working = interfaces.find((name) => multicast.errors[name] === undefined)
  if (working === undefined) return sendFailed(interfaces, multicast.errors)
  if (multicast.routeError !== null) {
    return healthWarning('no-route', { reason: multicast.routeError, interface: working })
  }
  if (multicast.heardSelf) return null
  return healthWarning('multicast-blocked', { reason: 'its own announcements do not come back' })
}

function sendFailed(interfaces: readonly string[], errors: MulticastReport['errors']): HealthWarning {
  const codes = [...new Set(interfaces.flatMap((name) => errors[name] ?? []))]
  const route = codes.find((code) => code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL')
  if (route !== undefined) return healthWarning('no-route', { reason: route, interface: interfaces[0] ?? 'eth0' })
  if (codes.includes('EADDRINUSE') || codes.includes('EACCES')) return healthWarning('mdns-port', {})
  return healthWarning('multicast-blocked', { reason: `sending fails with ${codes.join(', ')}` })
}

function isVpn(name: string): boolean {
  return /^(tun|tap|wg|utun|ppp|ipsec|tailscale|zt|nordlynx|proton)/.test(name)
}

/** The facts that the operating system knows; cheap enough to ask each time. */
export function networkFacts(): Pick<DiscoveryFacts, 'interfaces' | 'hasDefaultRoute' | 'isWsl'> {
  const interfaces = Object.entries(networkInterfaces())
    .filter(([, entries]) => entries?.some(({ family, internal }) => family === 'IPv4' && !internal) === true)
    .map(([name]) => name)
  return { interfaces, hasDefaultRoute: readDefaultRoute(), isWsl: /microsoft|wsl/i.test(release()) }
}

/** From /proc on Linux; null where the system has no such file. */
function readDefaultRoute(): boolean | null {
  try {
    const routes = readFileSync('/proc/net/route', 'utf8').trim().split('\n').slice(1)
    return routes.some((line) => line.split('\t')[1] === '00000000')
  } catch {
    return null
  }
}
