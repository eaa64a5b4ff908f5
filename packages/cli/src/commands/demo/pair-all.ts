import { setTimeout as delay } from 'node:timers/promises'
import { parseDuration } from '@unhosted/core/units'
import type { DemoMachine } from './machine.ts'

const pollMs = 50

/** Pairs `head` with each peer by an invite, and waits until it knows what each of them lends. */
export async function pairAll(head: DemoMachine, peers: readonly DemoMachine[], signal: AbortSignal): Promise<void> {
  for (const peer of peers) {
    const expiresInMs = parseDuration('1m')
    const { invite } = await head.client.createInvite({ radius: 'local', expiresInMs }, { signal })
    await peer.client.acceptInvite({ invite, radius: 'local' }, { signal })
  }
  for (;;) {
    const { peers: seen } = await head.client.peers({ signal })
    const ready = seen.filter(
      (each) => each.state === 'connected' && each.cannotPool === null && each.devices.length > 0
    )
    if (ready.length === peers.length) return
    await delay(pollMs, undefined, { signal })
  }
}
