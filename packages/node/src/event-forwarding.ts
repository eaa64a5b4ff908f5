import type { DaemonEvent } from '@unhosted/core/control'
import type { Part } from './base/index.ts'
import type { DaemonEvents } from './daemon-events.ts'
import type { DaemonParts } from './daemon-parts.ts'
import type { Peering } from './p2p/index.ts'

export interface EventForwardingOptions extends Pick<DaemonParts, 'inventory' | 'machines' | 'lostPeers'> {
  readonly events: DaemonEvents
  readonly peering: Peering
}

/**
 * Tells parts of each other that do not know each other: the owner of what happens among the peers, the peers of
 * what this machine has, and the inventory of what changes it. Starts before the inventory, which tells its first
 * look as a change.
 */
export function createEventForwarding(options: EventForwardingOptions): Part {
  let disconnect: readonly (() => void)[] = []
  return {
    name: 'event forwarding',
    async start() {
      if (disconnect.length === 0) disconnect = connect(options)
    },
    async stop() {
      for (const remove of disconnect) remove()
      disconnect = []
    }
  }
}

function connect({ events, peering, inventory, machines, lostPeers }: EventForwardingOptions): readonly (() => void)[] {
  const { host, pairing } = peering
  const tellOf = (peerId: string): void => {
    const presence = host.peer(peerId)
    if (presence !== undefined) events.emit({ event: 'peer', peer: machines.view(presence) })
  }
  return [
    events.subscribe((event) => {
      if (changesInventory(event)) inventory.touch()
    }),
    inventory.onChange((now) => host.inventories.publish(now)),
    lostPeers.onChange(tellOf),
    host.on('peer:change', (presence) => events.emit({ event: 'peer', peer: machines.view(presence) })),
    host.inventories.onChange(({ peerId }) => tellOf(peerId)),
    host.on('peer:unpaired', ({ record }) => {
      events.emit({ event: 'unpaired', peerId: record.peerId, name: record.name })
    }),
    pairing.onChange((view) => events.emit({ event: 'pairing', pairing: view }))
  ]
}

/** Whether devices, their free memory, or the models that are loaded may be others now. */
function changesInventory(event: DaemonEvent): boolean {
  if (event.event === 'engine') return event.engine.state === 'ready' || event.engine.state === 'failed'
  return ['lease', 'lease-gone', 'instance', 'instance-gone'].includes(event.event)
}
