import type { DaemonEvent, EngineView, LeaseView, PeerView } from '@unhosted/core/control'
import { formatBytes } from '@unhosted/core/units'
import { type Colours, padCells, renderBar, safeLine } from '@unhosted/terminal'
import { renderDevices, renderLendable, renderLink, shortId } from '../../render/facts.ts'
import { renderInstance, renderSegment } from '../../render/instance.ts'
import type { ServeState } from './state.ts'

const nameCells = 16
const barCells = 24

/** The lines that stay: one for the engine while it is not ready, one per model, peer and lease. */
export function renderState(state: ServeState, colours: Colours): readonly string[] {
  const lines: string[] = []
  if (state.engine !== null && state.engine.state !== 'ready') lines.push(engineLine(state.engine, colours))
  for (const instance of state.instances.values()) {
    lines.push(`${colours.dim('model')}  ${renderInstance(instance, colours)}`)
  }
  // Strangers that are gone again are nothing to do with us.
  const peers = [...state.peers.values()].filter(({ paired, state }) => paired || state !== 'offline')
  for (const peer of peers) lines.push(peerLine(peer, colours))
  for (const lease of state.lent.values()) lines.push(leaseLine(lease, colours))
  if (state.ready && peers.length === 0) lines.push(colours.dim('peer   none found yet'))
  return lines
}

function engineLine({ state, buildProgress }: EngineView, colours: Colours): string {
  const label = colours.dim('engine')
  if (state !== 'building' || buildProgress === null) return `${label} ${state}`
  const { done, total } = buildProgress
  const fraction = total === 0 ? 0 : done / total
  return `${label} building ${renderBar(fraction, barCells)} ${Math.floor(fraction * 100)}%`
}

function peerLine(peer: PeerView, colours: Colours): string {
  const states = { connected: colours.green('connected'), seen: 'seen     ', offline: colours.dim('offline  ') }
  const parts = [
    colours.dim('peer '),
    padCells(colours.bold(safeLine(peer.name)), nameCells),
    states[peer.state],
    peer.radius ?? colours.dim('not paired')
  ]
  if (peer.paired && peer.state === 'connected') {
    parts.push(renderDevices(peer.devices), `lends ${renderLendable(peer.devices)}`, renderLink(peer.link))
  }
  if (peer.paired && peer.cannotPool !== null) parts.push(colours.yellow(safeLine(peer.cannotPool)))
  return parts.join('  ')
}

function leaseLine(lease: LeaseView, colours: Colours): string {
  const amount = `${formatBytes(lease.bytes)} of ${lease.deviceId}`
  return `${colours.dim('lent ')}  ${amount} to ${safeLine(lease.peerName)} for ${safeLine(lease.modelName)}`
}

/** The lasting line for an event; null for what only changes the lines that stay. */
export function renderEvent(event: DaemonEvent, colours: Colours): string | null {
  switch (event.event) {
    case 'ready':
      return [
        colours.bold(`${safeLine(event.name)} serves ${colours.cyan(`${event.endpoint}/v1`)}`),
        colours.dim(`machine ${event.peerId}`),
        ''
      ].join('\n')
    case 'pairing':
      return pairingLine(event.pairing.state, event.pairing.peerName, event.pairing.initiatedHere, colours)
    case 'unpaired':
      return `${safeLine(event.name)} is no longer paired`
    case 'instance-gone':
      return `${safeLine(event.modelName)} unloaded: ${safeLine(event.reason)}`
    case 'warning': {
      const { severity, text, advice } = event.warning
      const mark = severity === 'info' ? colours.cyan('note:') : colours.yellow('warning:')
      return `${mark} ${safeLine(text)}\n  ${safeLine(advice)}`
    }
    case 'stopping':
      return 'Stopping...'
    case 'engine':
    case 'peer':
    case 'instance':
    case 'lease':
    case 'lease-gone':
    case 'request':
      return null
  }
}

function pairingLine(state: string, name: string, initiatedHere: boolean, colours: Colours): string | null {
  const peer = colours.bold(safeLine(name))
  if (state === 'paired') return `${peer} is paired`
  if (state === 'failed') return `${peer} was not paired`
  if (state === 'offered' && !initiatedHere) return `${peer} wants to pair: run ${colours.cyan('unhosted pair')} here`
  return null
}

/** A plain line for every event, for logs and pipes; null where it would only repeat. */
export function renderPlain(event: DaemonEvent, before: ServeState, colours: Colours): string | null {
  switch (event.event) {
    case 'engine': {
      const { state, version, buildProgress } = event.engine
      if (state === 'building' && buildProgress !== null) return buildStep(buildProgress, before.engine)
      return before.engine?.state === state ? null : `engine ${state}${version === null ? '' : ` ${safeLine(version)}`}`
    }
    case 'peer': {
      const { peer } = event
      const known = before.peers.get(peer.peerId)
      if (known?.state === peer.state && known.radius === peer.radius) return null
      return `peer ${safeLine(peer.name)} (${shortId(peer.peerId)}) ${peer.state}${peer.paired ? '' : ', not paired'}`
    }
    case 'instance': {
      const { instance } = event
      if (before.instances.get(instance.modelId)?.state === instance.state) return null
      const layout = instance.plan.segments.map(renderSegment).join(' ')
      return `model ${safeLine(instance.modelName)} ${instance.state} on ${layout}`
    }
    case 'lease':
      return before.lent.has(event.lease.id) || event.lease.direction === 'borrowed'
        ? null
        : leaseLine(event.lease, colours)
    case 'lease-gone':
      return event.lease.direction === 'borrowed'
        ? null
        : `took back memory from ${safeLine(event.lease.peerName)}: ${safeLine(event.reason)}`
    case 'request':
      return `request ${event.path} ${safeLine(event.modelName)} by ${safeLine(event.servedBy)}: ${event.status} in ${Math.round(event.durationMs)} ms`
    default:
      return renderEvent(event, colours)
  }
}

/** One line at each tenth of a build. */
function buildStep(
  progress: { readonly done: number; readonly total: number },
  before: EngineView | null
): string | null {
  const tenth = ({ done, total }: { readonly done: number; readonly total: number }): number =>
    total === 0 ? 0 : Math.floor((done / total) * 10)
  const earlier = before?.state === 'building' ? before.buildProgress : null
  if (earlier !== null && tenth(earlier) === tenth(progress)) return null
  return `engine building, ${Math.floor((progress.done / Math.max(1, progress.total)) * 100)}%`
}
