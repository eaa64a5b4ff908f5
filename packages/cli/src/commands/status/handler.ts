import type { DaemonStatus, InstanceView, LeaseView } from '@unhosted/core/control'
import type { Device } from '@unhosted/core/inventory'
import { formatBytes } from '@unhosted/core/units'
import { type Colours, renderTable, safeLine } from '@unhosted/terminal'
import type { Handler } from '../../command/context.ts'
import { renderAge, renderWarnings } from '../../render/facts.ts'
import { renderInstance } from '../../render/instance.ts'

export const handle: Handler<Record<never, never>, Record<never, never>> = async (_, { client, output, signal }) => {
  const status = await client.status({ signal })
  output.result(status, () => renderStatus(status, output.colours, Date.now()))
}

/** @param now Unix time, ms */
export function renderStatus(status: DaemonStatus, colours: Colours, now: number): string {
  const facts: readonly (readonly [string, string])[] = [
    ['machine', `${safeLine(status.name)}  ${colours.dim(safeLine(status.peerId))}`],
    ['endpoint', `${status.endpoint}/v1`],
    ['engine', engineLine(status)],
    ['peers', `${status.peersConnected} of ${status.peersPaired} paired machines connected`],
    ['up for', `${renderAge(now - status.startedAt)}  ${colours.dim(`pid ${status.pid}, version ${status.version}`)}`]
  ]
  const blocks = [facts.map(([name, value]) => `${colours.dim(name.padEnd(9))} ${value}`).join('\n')]
  if (status.devices.length > 0) blocks.push(deviceTable(status.devices, colours))
  if (status.instances.length > 0) blocks.push(instanceLines(status.instances, colours))
  if (status.leases.length > 0) blocks.push(leaseTable(status.leases, colours))
  if (status.warnings.length > 0) blocks.push(renderWarnings(status.warnings, colours))
  return blocks.join('\n\n')
}

function engineLine({ engine }: DaemonStatus): string {
  const { state, version, buildProgress } = engine
  if (state === 'ready') return safeLine(version ?? 'ready')
  if (state === 'building' && buildProgress !== null) return `building ${buildProgress.done}/${buildProgress.total}`
  return state
}

function deviceTable(devices: readonly Device[], colours: Colours): string {
  return renderTable(
    [
      { title: 'DEVICE' },
      { title: 'IS' },
      { title: 'TOTAL', align: 'right' },
      { title: 'FREE', align: 'right' },
      { title: 'USABLE', align: 'right' },
      { title: 'LENDABLE', align: 'right' }
    ],
    devices.map((device) => [
      device.id,
      safeLine(device.description),
      formatBytes(device.totalBytes),
      formatBytes(device.freeBytes),
      formatBytes(device.usableBytes),
      formatBytes(device.lendableBytes)
    ]),
    colours
  )
}

function instanceLines(instances: readonly InstanceView[], colours: Colours): string {
  return [colours.dim('MODELS'), ...instances.map((instance) => renderInstance(instance, colours))].join('\n')
}

function leaseTable(leases: readonly LeaseView[], colours: Colours): string {
  return renderTable(
    [
      { title: 'MEMORY' },
      { title: 'PEER' },
      { title: 'DEVICE' },
      { title: 'BYTES', align: 'right' },
      { title: 'MODEL' },
      { title: 'SENT', align: 'right' },
      { title: 'RECEIVED', align: 'right' }
    ],
    leases.map((lease) => [
      lease.direction === 'lent' ? 'lent to' : 'borrowed from',
      safeLine(lease.peerName),
      lease.deviceId,
      formatBytes(lease.bytes),
      safeLine(lease.modelName),
      formatBytes(lease.bytesSent),
      formatBytes(lease.bytesReceived)
    ]),
    colours
  )
}
