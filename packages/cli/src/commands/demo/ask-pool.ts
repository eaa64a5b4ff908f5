import type { DaemonStatus, LeaseView } from '@unhosted/core/control'
import { BaseError } from '@unhosted/core/errors'
import type { Plan, Segment } from '@unhosted/core/planner'
import { type ChatAnswer, streamChat } from '../../chat/stream-chat.ts'
import { createWrappingPrinter } from '../../chat/wrapping-printer.ts'
import type { CommandContext } from '../../command/context.ts'
import { renderSegment } from '../../render/instance.ts'
import type { DemoMachine } from './machine.ts'

/** Who speaks stands in front. */
const speakerCells = 7

/** What one machine had to do with the answer. */
export interface MachineShare {
  readonly machine: string
  readonly device: string
  readonly firstLayer: number
  readonly layerCount: number
  readonly output: boolean
  readonly memoryBytes: number
  /** What the machine may give to it. */
  readonly limitBytes: number
  /** null for the machine that was asked. */
  readonly tunnel: { readonly kind: string; readonly bytesSent: number; readonly bytesReceived: number } | null
}

export interface DemoReport {
  readonly model: string
  readonly contextSize: number
  readonly machines: readonly MachineShare[]
  readonly answer: ChatAnswer
  /** From the request until the model was spread out and ready, ms. */
  readonly loadMs: number
  /** From then until the first text, ms. */
  readonly firstTextMs: number
}

/** Asks the first machine's endpoint, prints the answer as it streams, and gathers who did what. */
export async function askPool(
  model: string,
  prompt: string,
  [head]: readonly [DemoMachine, ...DemoMachine[]],
  { output, signal }: CommandContext
): Promise<DemoReport> {
  const plan = await planPool(model, head, signal)
  output.note(`Loading ${plan.segments.map(renderSegment).join(', ')} ...`)
  const started = performance.now()
  const settings = { endpoint: head.endpoint, apiKey: null, model, temperature: 0, seed: null }
  const now = (): number => performance.now()
  // One token first: it loads the model, so that the time to the first token below is that of a loaded one.
  const warmUp = [{ role: 'user', content: 'Hello' }] as const
  await streamChat({ ...settings, messages: warmUp, maxTokens: 1 }, { signal, onText: () => {}, now })
  const loadMs = performance.now() - started

  output.line(`\n${output.colours.dim('you'.padEnd(speakerCells))}${prompt}`)
  output.write(output.colours.dim(model.padEnd(speakerCells)))
  const printer = createWrappingPrinter(output, speakerCells)
  const messages = [{ role: 'user', content: prompt }] as const
  const answer = await streamChat(
    { ...settings, messages, maxTokens: 200 },
    { signal, now, onText: printer.print }
  ).finally(printer.end)
  const status = await head.client.status({ signal })
  return {
    model,
    contextSize: plan.contextSize,
    machines: plan.segments.map((segment) => shareOf(segment, status)),
    answer,
    loadMs,
    firstTextMs: answer.firstTextMs ?? 0
  }
}

/** @throws BaseError INTERNAL when the layout is not the one that the demo is about */
async function planPool(model: string, head: DemoMachine, signal: AbortSignal): Promise<Plan> {
  const { result } = await head.client.plan({ model, contextSize: null }, { signal })
  if (result.ok && result.plan.kind === 'pool') return result.plan
  const found = result.ok ? 'it fits on one machine' : 'it does not fit on all of them'
  throw new BaseError('INTERNAL', `The demo expects a model that needs all three machines, but ${found}.`, {
    advice: 'Report this with the output of: unhosted doctor --json',
    details: { result }
  })
}

function shareOf(segment: Segment, { leases }: DaemonStatus): MachineShare {
  const lease = leases.find((each) => each.direction === 'borrowed' && each.peerId === segment.peerId)
  return {
    machine: segment.machine,
    device: segment.deviceId,
    firstLayer: segment.firstLayer,
    layerCount: segment.layerCount,
    output: segment.output,
    memoryBytes: segment.need.total,
    limitBytes: segment.budgetBytes,
    tunnel: lease === undefined ? null : tunnelOf(lease)
  }
}

function tunnelOf({ tunnel, bytesSent, bytesReceived }: LeaseView): MachineShare['tunnel'] {
  return { kind: tunnel ?? 'none', bytesSent, bytesReceived }
}
