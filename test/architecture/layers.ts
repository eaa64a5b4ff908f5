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
      'base',
      'log',
      'store',
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
    order: [
      'errors',
      'home',
      'deal',
      'budget',
      'audit-log',
      'verification',
      'wallet',
      'chain',
      'lanes',
      'stakes',
      'access',
      'vouchers',
      'watch',
      'settlement',
      'testing',
      'options',
      'wallet-session',
      'session',
      'commands'
    ]
  },
  {
    root: 'packages/cli/src',
    order: ['version', 'command', 'setup', 'render', 'chat', 'commands', 'docs', 'main', 'testing']
  }
]
