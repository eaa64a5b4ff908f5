import { formatBytes } from '@unhosted/core/units'
import { type Colours, renderTable, safeLine } from '@unhosted/terminal'
import { renderLayers } from '../../render/plan.ts'
import type { DemoReport, MachineShare } from './ask-pool.ts'

/** The table of who held what and what went through each tunnel, and the speeds. */
export function renderReport(report: DemoReport, colours: Colours): string {
  const { answer, loadMs, firstTextMs } = report
  const speed = answer.tokensPerSecond === null ? '-' : `${answer.tokensPerSecond.toFixed(1)} tokens/s`
  const figures = [
    `${answer.completionTokens ?? 0} tokens at ${speed}`,
    `first token after ${Math.round(firstTextMs)} ms`,
    `loaded on all machines in ${(loadMs / 1000).toFixed(1)} s`
  ]
  return ['', machineTable(report.machines, colours), '', figures.join(', '), ''].join('\n')
}

function machineTable(machines: readonly MachineShare[], colours: Colours): string {
  return renderTable(
    [
      { title: 'MACHINE' },
      { title: 'DEVICE' },
      { title: 'LAYERS' },
      { title: 'MEMORY', align: 'right' },
      { title: 'OF', align: 'right' },
      { title: 'TUNNEL' },
      { title: 'SENT', align: 'right' },
      { title: 'RECEIVED', align: 'right' }
    ],
    machines.map((share) => [
      safeLine(share.machine),
      share.device,
      renderLayers(share),
      formatBytes(share.memoryBytes),
      formatBytes(share.limitBytes),
      share.tunnel?.kind ?? '-',
      share.tunnel === null ? '-' : formatBytes(share.tunnel.bytesSent),
      share.tunnel === null ? '-' : formatBytes(share.tunnel.bytesReceived)
    ]),
    colours
  )
}
