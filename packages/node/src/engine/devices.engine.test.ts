import { deviceSchema } from '@unhosted/core/inventory'
import { MiB } from '@unhosted/core/units'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../base/testing/manual-clock.ts'
import { cpuDevice, createDeviceList, parseDeviceList } from './devices.ts'
import { testEngine } from './testing/engine.ts'

const gpu = (id: string, description: string, totalMiB: number, freeMiB: number) => ({
  id,
  kind: 'gpu',
  description,
  totalBytes: totalMiB * MiB,
  freeBytes: freeMiB * MiB
})

describe('parseDeviceList', () => {
  it.each([
    { id: 'no device', text: 'Available devices:\n  (none)\n', expected: [] },
    {
      id: 'two CUDA cards',
      text: 'Available devices:\n  CUDA0: NVIDIA H200 (143167 MiB, 142650 MiB free)\n  CUDA1: NVIDIA GeForce RTX 4090 (24080 MiB, 23686 MiB free)\n',
      expected: [gpu('CUDA0', 'NVIDIA H200', 143167, 142650), gpu('CUDA1', 'NVIDIA GeForce RTX 4090', 24080, 23686)]
    },
    {
      id: 'Vulkan, parentheses in the name',
      text: 'Available devices:\n  Vulkan0: AMD Radeon RX 7900 XTX (RADV NAVI31) (24560 MiB, 24012 MiB free)\n',
      expected: [gpu('Vulkan0', 'AMD Radeon RX 7900 XTX (RADV NAVI31)', 24560, 24012)]
    },
    {
      id: 'Metal beside BLAS, which is no device',
      text: 'Available devices:\n  MTL0: Apple M2 Max (73728 MiB, 73727 MiB free)\n  BLAS: Accelerate (0 MiB, 0 MiB free)\n',
      expected: [gpu('MTL0', 'Apple M2 Max', 73728, 73727)]
    },
    {
      id: 'Windows line ends',
      text: 'Available devices:\r\n  CUDA0: NVIDIA T4 (15000 MiB, 14000 MiB free)\r\n',
      expected: [gpu('CUDA0', 'NVIDIA T4', 15000, 14000)]
    },
    {
      id: 'log lines before, RPC servers after',
      text: 'ggml_cuda_init: found 1 CUDA devices (Total VRAM: 15000 MiB):\n  Device 0: NVIDIA T4, compute capability 7.5, VMM: yes, VRAM: 15000 MiB\nAvailable devices:\n  CUDA0: NVIDIA T4 (15000 MiB, 14000 MiB free)\n  RPC0: 127.0.0.1:50052 (1000 MiB, 900 MiB free)\n',
      expected: [gpu('CUDA0', 'NVIDIA T4', 15000, 14000)]
    },
    {
      id: 'more free than total, as some drivers say',
      text: '  Vulkan0: llvmpipe (100 MiB, 200 MiB free)\n',
      expected: [gpu('Vulkan0', 'llvmpipe', 100, 100)]
    },
    {
      id: 'control characters in a name',
      text: '  CUDA0: evil\u001b[2Jcard (1 MiB, 1 MiB free)\n',
      expected: [gpu('CUDA0', 'evil [2Jcard', 1, 1)]
    }
  ])('$id', ({ text, expected }) => {
    const devices = parseDeviceList(text)
    expect(devices).toEqual(expected)
    for (const device of devices) deviceSchema.parse({ ...device, usableBytes: 0, lendableBytes: 0 })
  })
})

describe('cpuDevice', () => {
  it('is main memory, no more free than there is', () => {
    const device = cpuDevice()
    deviceSchema.parse({ ...device, usableBytes: 0, lendableBytes: 0 })
    expect(device.totalBytes).toBeGreaterThan(100 * MiB)
    expect(device.freeBytes).toBeGreaterThan(0)
  })
})

describe('createDeviceList', () => {
  it('asks the real engine and puts the CPU last', { timeout: 900_000 }, async () => {
    const { signal } = new AbortController()
    const list = createDeviceList({ engine: await testEngine(), environment: process.env, clock: new ManualClock() })
    const devices = await list.list({ signal })
    expect(devices.at(-1)?.id).toBe('CPU')
  })

  it('says what cannot be started', async () => {
    const engine = { version: '', directory: '/nowhere', serverPath: '/nowhere/x', rpcServerPath: '', source: 'config' }
    const list = createDeviceList({ engine: engine as never, environment: {}, clock: new ManualClock() })
    await expect(list.list({ signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'ENGINE_START_FAILED',
      advice: expect.stringContaining('/nowhere/x --list-devices')
    })
  })
})
