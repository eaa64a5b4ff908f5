import { readFileSync } from 'node:fs'
import { networkInterfaces, release } from 'node:os'
import type { HealthWarning } from '@unhosted/core/control'
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

const byAddress = 'Reach a machine by its address: unhosted pair --address HOST.'

/** Why peers are not found, likeliest cause first, each with what to try. Decides from the facts alone. */
export function diagnoseDiscovery(facts: DiscoveryFacts): HealthWarning[] {
  const warnings: HealthWarning[] = []
  const { multicast } = facts
  if (facts.duplicateAt !== null) warnings.push(duplicate(facts.duplicateAt))
  for (const name of facts.impostors) warnings.push(impostor(name))
  if (facts.peersSeen > 0 || facts.peersConnected > 0 || facts.runningMs < graceMs) return warnings

  if (facts.interfaces.length === 0) {
    warnings.push(
      warning(
        'no-network',
        'warning',
        'This machine has no network.',
        'Connect it to the network of the other machines.'
      )
    )
    return warnings
  }
  if (!facts.mdns) {
    warnings.push(
      warning(
        'mdns-off',
        'info',
        'Looking for machines (mDNS) is turned off.',
        `Serve without --no-mdns (setting p2p.mdns). ${byAddress}`
      )
    )
    return warnings
  }
  const broken = multicast === null ? null : brokenMulticast(multicast, facts.interfaces)
  if (broken !== null) warnings.push(broken)
  if (facts.isWsl) {
    warnings.push(
      warning(
        'wsl-nat',
        'warning',
        'This is WSL: by default it sits behind a NAT of its own, and other machines cannot see it.',
        `Set networkingMode=mirrored in .wslconfig, or run Unhosted on Windows itself. Towards others: ${byAddress}`
      )
    )
  }
  if (facts.interfaces.every(isVpn)) {
    warnings.push(
      warning('vpn-only', 'warning', 'The only network here is a VPN, which seldom carries multicast.', byAddress)
    )
  }
  if (facts.hasDefaultRoute === false && broken?.id !== 'no-route') {
    warnings.push(
      warning('no-route', 'info', 'This machine has no default route: only its own subnet is in reach.', byAddress)
    )
  }
  if (multicast !== null && broken === null) warnings.push(nobody(multicast.heardOthers))
  return warnings
}

function duplicate(address: string): HealthWarning {
  return warning(
    'identity-duplicate',
    'error',
    `Another running machine (${address}) has the identity of this one, as after copying a home folder.`,
    'On one of the two, stop the daemon, delete identity.key and machine.json in the home folder, start it and pair again.'
  )
}

function impostor(name: string): HealthWarning {
  return warning(
    'peer-key-changed',
    'warning',
    `Where ${name} was, a machine with another key answers; nothing is sent to it.`,
    `If ${name} was set up anew, unpair it and pair again. If its address went to another machine, it is found again by itself. Otherwise somebody may pretend to be it.`
  )
}

/** What is wrong with multicast on this machine itself; null where nothing is. */
function brokenMulticast(multicast: MulticastReport, interfaces: readonly string[]): HealthWarning | null {
  const failed = Object.entries(multicast.errors).filter(([name]) => interfaces.includes(name))
  if (interfaces.every((name) => multicast.errors[name] !== undefined)) return sendFailed(failed)
  if (multicast.routeError !== null) {
    const working = interfaces.find((name) => multicast.errors[name] === undefined)
    return warning(
      'no-route',
      'warning',
      `This machine has no route for multicast (${multicast.routeError}), so it does not say where it is.`,
      `Give it a default route, or on Linux: ip route add 224.0.0.0/4 dev ${working}. ${byAddress}`
    )
  }
  if (multicast.heardSelf) return null
  return warning(
    'multicast-blocked',
    'warning',
    'Multicast does not work on this machine: its own announcements do not come back.',
    `Allow UDP port 5353 in its firewall. ${byAddress}`
  )
}

function sendFailed(failed: readonly (readonly [string, string])[]): HealthWarning {
  const codes = [...new Set(failed.map(([, code]) => code))]
  if (codes.includes('ENETUNREACH') || codes.includes('EADDRNOTAVAIL')) {
    return warning('no-route', 'warning', 'No interface here has a route for multicast.', byAddress)
  }
  if (codes.includes('EADDRINUSE') || codes.includes('EACCES')) {
    const advice = `Let it share the port or stop it. ${byAddress}`
    return warning('mdns-port', 'warning', 'Another program keeps UDP port 5353, where mDNS lives, to itself.', advice)
  }
  const advice = `Allow UDP port 5353 out and in. ${byAddress}`
  return warning('multicast-blocked', 'warning', `A firewall here stops multicast (${codes.join(', ')}).`, advice)
}

function nobody(heardOthers: boolean): HealthWarning {
  if (heardOthers) {
    const advice = `Start unhosted serve there, and check that their firewalls let UDP 5353 and the peer port in. ${byAddress}`
    return warning('no-peers', 'info', 'Other machines are heard on this network, but none that runs Unhosted.', advice)
  }
  return warning(
    'network-silent',
    'info',
    'No other machine is heard at all: guest Wi-Fi and many office networks keep machines apart, and so do firewalls.',
    `Use the main network, turn off client isolation in the router, or allow UDP 5353 on the other machines. ${byAddress}`
  )
}

function warning(id: string, severity: HealthWarning['severity'], text: string, advice: string): HealthWarning {
  return { id, severity, text, advice }
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
