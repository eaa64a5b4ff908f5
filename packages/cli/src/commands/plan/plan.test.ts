import type { DaemonStatus, PlanReport } from '@unhosted/core/control'
import { bytes } from '@unhosted/core/units'
import type { ControlClient } from '@unhosted/node/control'
import { recordingOutput } from '@unhosted/terminal/testing'
import { describe, expect, it } from 'vitest'
import type { CommandContext } from '../../command/context.ts'
import { plan } from './index.ts'

const need = { weights: bytes(1), kv: bytes(1), compute: bytes(1), total: bytes(3) }
const place = { peerId: 'x', machine: 'desk', deviceId: 'CPU', deviceKind: 'cpu', need, budgetBytes: bytes(9) } as const
const result: PlanReport['result'] = {
  ok: true,
  plan: {
    modelId: 'a',
    modelName: 'tiny',
    contextSize: 64,
    kind: 'solo',
    headPeerId: 'x',
    host: null,
    segments: [{ ...place, firstLayer: 0, layerCount: 12, output: true }],
    excluded: [],
    totalBytes: bytes(3)
  }
}
const nowhere: PlanReport['result'] = {
  ok: false,
  shortfall: { neededBytes: bytes(9), availableBytes: bytes(3), missingBytes: bytes(6), remedies: [], excluded: [] }
}

function setUp(report: Omit<PlanReport, 'devices'>, loaded: readonly string[] = []) {
  const output = recordingOutput()
  const client: Partial<ControlClient> = {
    plan: async () => ({ ...report, devices: [] }),
    status: async () => ({ instances: loaded.map((modelName) => ({ modelName })) }) as unknown as DaemonStatus
  }
  const context: Partial<CommandContext> = {
    output,
    client: client as ControlClient,
    signal: new AbortController().signal
  }
  return { output, run: (args: object) => plan.run({ model: 'tiny', ...args }, context as CommandContext) }
}

describe('plan', () => {
  it.each([true, false])('says whether the model is loaded like this: %s', async (loaded) => {
    const { output, run } = setUp({ result, loaded })
    await run({})
    expect(output.printed().includes('The model is loaded this way now.')).toBe(loaded)
  })

  it('names what takes the room, where a model does not fit', async () => {
    const { run } = setUp({ result: nowhere, loaded: false }, ['big', 'big'])
    await expect(run({})).rejects.toMatchObject({
      code: 'NO_CAPACITY',
      advice: expect.stringContaining('Loaded now: big. The daemon unloads idle models')
    })
  })

  it.each([0, -1, 1.5, 63, 1e9])('refuses a context of %s tokens', async (ctx) => {
    const { run } = setUp({ result, loaded: false })
    await expect(run({ ctx })).rejects.toMatchObject({ code: 'USAGE' })
  })
})
