import type { PeersReport, PeerView } from '@unhosted/core/control'
import { isBaseError } from '@unhosted/core/errors'
import { type Colours, renderTable, safeLine } from '@unhosted/terminal'
import type { CommandContext, Handler } from '../../command/context.ts'
import { renderDevices, renderLendable, renderLink, renderWarnings, shortId } from '../../render/facts.ts'
import type { options } from './index.ts'

export const handle: Handler<typeof options, Record<never, never>> = async (args, context) => {
  const { client, output, signal } = context
  if (args.measure === true) await measureAll(context)
  const report = await client.peers({ signal })
  output.result(report, () => renderPeers(report, output.colours))
}

async function measureAll({ client, output, signal }: CommandContext): Promise<void> {
  const { peers } = await client.peers({ signal })
  for (const peer of peers.filter((each) => each.paired && each.state === 'connected')) {
    try {
      await client.measureLink({ peer: peer.peerId }, { signal })
    } catch (error) {
      // One machine that does not answer must not hide the others.
      if (!isBaseError(error) || error.code === 'CANCELLED') throw error
      output.note(`${safeLine(peer.name)}: ${safeLine(error.message)}`)
    }
  }
}

/** The table of `unhosted peers`, what keeps machines out of pools, and the warnings. */
export function renderPeers({ peers, warnings }: PeersReport, colours: Colours): string {
  const blocks: string[] = []
  if (peers.length === 0) blocks.push('No other machine found.')
  else blocks.push(renderPeerTable(peers, colours))
  const reasons = peers
    .filter((peer) => peer.paired && peer.cannotPool !== null)
    .map((peer) => `${safeLine(peer.name)} cannot pool: ${safeLine(peer.cannotPool ?? '')}`)
  if (reasons.length > 0) blocks.push(reasons.join('\n'))
  if (warnings.length > 0) blocks.push(renderWarnings(warnings, colours))
  if (peers.some((peer) => !peer.paired)) blocks.push(colours.dim('Pair a machine with: unhosted pair NAME'))
  return blocks.join('\n\n')
}

function renderPeerTable(peers: readonly PeerView[], colours: Colours): string {
  const states = { connected: colours.green('connected'), seen: 'seen', offline: colours.dim('offline') }
  return renderTable(
    [
      { title: 'NAME' },
      { title: 'ID' },
      { title: 'RADIUS' },
      { title: 'STATE' },
      { title: 'DEVICES' },
      { title: 'LENDS', align: 'right' },
      { title: 'ENGINE' },
      { title: 'LINK' }
    ],
    peers.map((peer) => [
      safeLine(peer.name),
      shortId(peer.peerId),
      peer.radius ?? colours.dim('not paired'),
      states[peer.state],
      renderDevices(peer.devices),
      renderLendable(peer.devices),
      safeLine(peer.engineVersion ?? '-'),
      renderLink(peer.link)
    ]),
    colours
  )
}
