import type { Layers } from './rules/folder-order.ts'

/** The folders of each package, lowest first. What goes upward goes by an event or an injected function. */
export const layers: readonly Layers[] = [
  {
    root: 'packages/core/src',
    order: [
      'error-table',
      'errors',
      'units',
      'inventory',
      'models',
      'trust',
      'protocol',
      'planner',
      'router',
      'openai',
      'config',
      'control',
      'swarm'
    ]
  },
  {
    root: 'packages/node/src',
    order: [
      'log',
      'store',
      'identity',
      'wallet',
      'p2p',
      'engine',
      'models',
      'inventory',
      'pool',
      'swarm',
      'router',
      'gateway',
      'control'
    ]
  },
  {
    root: 'packages/cli/src',
    order: ['terminal', 'setup', 'command', 'render', 'chat', 'wallet', 'swarm', 'commands', 'docs']
  }
]
