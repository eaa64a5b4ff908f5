import type { Layers } from './rules/folder-order.ts'

/** The folders of each package, lowest first. What goes upward goes by an event or an injected function. */
export const layers: readonly Layers[] = [
  {
    root: 'packages/core/src',
    order: [
      'errors',
      'units',
      'shapes',
      'facts',
      'memory',
      'protocol',
      'trust',
      'presence',
      'planner',
      'router',
      'config',
      'control',
      'api'
    ]
  },
  {
    root: 'packages/node/src',
    order: [
      'log',
      'store',
      'base',
      'identity',
      'p2p',
      'engine',
      'models',
      'inventory',
      'pool',
      'router',
      'gateway',
      'control'
    ]
  },
  {
    root: 'packages/swarm/src',
    // Sessions and commands use the swarm as any other program would: through its index.
    order: [
      'errors',
      'deal',
      'budget',
      'audit-log',
      'verification',
      'chain',
      'wallet',
      'lanes',
      'stakes',
      'vouchers',
      'watch',
      'settlement',
      'access',
      'index',
      'testing',
      'session',
      'commands'
    ]
  },
  {
    root: 'packages/cli/src',
    order: ['version', 'command', 'setup', 'render', 'chat', 'testing', 'commands', 'docs']
  }
]
