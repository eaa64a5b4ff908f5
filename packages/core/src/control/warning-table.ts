/** What is known of one health warning. `{name}` in the text and the remedy is filled in when it is given. */
export interface WarningSpec {
  readonly severity: 'info' | 'warning' | 'error'
  /** A few words, for docs/warnings.md. */
  readonly title: string
  /** What is wrong: one sentence. */
  readonly text: string
  /** What to do about it: imperative sentences. */
  readonly remedy: string
}

const byAddress = 'Reach a machine by its address: unhosted pair --address HOST.'

/**
 * Everything that `serve`, `status`, `peers` and `doctor` warn of, by its stable id. docs/warnings.md is generated from
 * it; a test compares.
 */
export const warningTable = {
  // Engine and models
  'engine-missing': {
    severity: 'error',
    title: 'No engine',
    text: 'There is no engine: this machine can hold no layers and answer no requests itself.',
    remedy: 'Run unhosted engine build; it says what is missing.'
  },
  'engine-not-built': {
    severity: 'warning',
    title: 'The engine is not built yet',
    text: 'The engine is not built yet. The build tools (git, cmake, a compiler) are installed.',
    remedy: 'Build it with: unhosted engine build (serve and demo also build it).'
  },
  'preload-failed': {
    severity: 'warning',
    title: 'A model could not be loaded at start',
    text: '{model} could not be loaded: {reason}',
    remedy: '{advice}'
  },

  'gpu-unused': {
    severity: 'warning',
    title: 'A graphics card is not used',
    text: '{note}',
    remedy: 'Then run unhosted doctor again.'
  },

  // This machine
  'identity-copied': {
    severity: 'warning',
    title: 'The home folder was copied',
    text: 'This home folder was made on another machine: two machines with one identity cut each other off.',
    remedy:
      'If you copied it, stop the daemon, delete identity.key, peers.json and machine.json here, start again and pair. If you moved it and the old machine no longer runs it, delete machine.json.'
  },
  'identity-duplicate': {
    severity: 'error',
    title: 'Two machines have one identity',
    text: 'Another running machine ({address}) has the identity of this one, as after copying a home folder.',
    remedy:
      'On one of the two, stop the daemon, delete identity.key and machine.json in the home folder, start it and pair again.'
  },
  'disk-low': {
    severity: 'warning',
    title: 'Little disk space',
    text: 'Only {free} free for models in {home}.',
    remedy: 'Free some disk space, or choose another home folder with --home.'
  },
  'disk-full': {
    severity: 'error',
    title: 'Almost no disk space',
    text: 'Only {free} free in {home}: soon even logs have no room.',
    remedy: 'Free some disk space, or choose another home folder with --home.'
  },
  'disk-unreadable': {
    severity: 'warning',
    title: 'The free disk space is unknown',
    text: 'Cannot read the free disk space of {home}: {reason}.',
    remedy: 'Check that the home folder exists and is readable.'
  },
  'clock-wrong': {
    severity: 'error',
    title: 'The clock is wrong',
    text: 'The clock shows {now}, which is before this program was installed.',
    remedy: 'Set the clock. The expiry of invites depends on it.'
  },
  'port-unusable': {
    severity: 'error',
    title: 'A port cannot be used',
    text: 'Cannot use port {port} on {host}: {reason}.',
    remedy: 'Stop that program (it may be another unhosted serve), or choose another port with {flag}.'
  },
  'daemon-stopped': {
    severity: 'info',
    title: 'No daemon runs',
    text: 'No daemon is running, so discovery was not checked.',
    remedy: 'Start it with: unhosted serve.'
  },

  // Other machines
  'peer-key-changed': {
    severity: 'warning',
    title: 'A paired machine answers with another key',
    text: 'Where {name} was, a machine with another key answers; nothing is sent to it.',
    remedy:
      'If {name} was set up anew, unpair it and pair again. If its address went to another machine, it is found again by itself. Otherwise somebody may pretend to be it.'
  },
  'no-network': {
    severity: 'warning',
    title: 'No network',
    text: 'This machine has no network.',
    remedy: 'Connect it to the network of the other machines.'
  },
  'mdns-off': {
    severity: 'info',
    title: 'Discovery is off',
    text: 'Looking for machines (mDNS) is turned off.',
    remedy: `Serve without --no-mdns (setting p2p.mdns). ${byAddress}`
  },
  'wsl-nat': {
    severity: 'warning',
    title: 'WSL hides this machine',
    text: 'This is WSL: by default it is behind a NAT of its own, and other machines cannot see it.',
    remedy: `Set networkingMode=mirrored in .wslconfig, or run Unhosted on Windows itself. From here: ${byAddress}`
  },
  'vpn-only': {
    severity: 'warning',
    title: 'Only a VPN',
    text: 'The only network here is a VPN, which seldom carries multicast.',
    remedy: byAddress
  },
  'no-default-route': {
    severity: 'info',
    title: 'No default route',
    text: 'This machine has no default route: only its own subnet is in reach.',
    remedy: byAddress
  },
  'no-route': {
    severity: 'warning',
    title: 'No route for multicast',
    text: 'This machine has no route for multicast ({reason}), so it cannot announce its address.',
    remedy: `Give it a default route, or on Linux: ip route add 224.0.0.0/4 dev {interface}. ${byAddress}`
  },
  'mdns-port': {
    severity: 'warning',
    title: 'The mDNS port is taken',
    text: 'Another program keeps UDP port 5353, which mDNS needs, to itself.',
    remedy: `Let it share the port, or stop it. ${byAddress}`
  },
  'multicast-blocked': {
    severity: 'warning',
    title: 'Multicast is blocked here',
    text: 'Multicast does not work on this machine: {reason}.',
    remedy: `Allow UDP port 5353 in and out in its firewall. ${byAddress}`
  },
  'no-peers': {
    severity: 'info',
    title: 'No other machine runs Unhosted',
    text: 'Other machines are heard on this network, but none that runs Unhosted.',
    remedy: `Start unhosted serve there, and check that their firewalls let UDP port 5353 and the peer port in. ${byAddress}`
  },
  'network-silent': {
    severity: 'info',
    title: 'The network is silent',
    text: 'No other machine is heard: guest Wi-Fi, many office networks and firewalls keep machines apart.',
    remedy: `Use the main network, turn off client isolation in the router, or allow UDP port 5353 on the other machines. ${byAddress}`
  }
} as const satisfies Readonly<Record<string, WarningSpec>>
