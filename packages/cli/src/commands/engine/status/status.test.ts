import { noColours } from '@unhosted/terminal/testing'
import { describe, expect, it } from 'vitest'
import { renderEngine } from './handler.ts'

const engine = {
  version: 'llama.cpp/v0.5.0 rpc/7.0.0',
  source: 'cache',
  directory: '/e',
  serverPath: '/e/llama-server',
  rpcServerPath: '/e/ggml-rpc-server'
} as const

describe('engine status', () => {
  it('shows the engine, and why it does not use a GPU', () => {
    const gpuNotes = ['This machine has an NVIDIA driver, but the CUDA backend does not load.']
    expect(renderEngine({ engine, considered: [], gpuNotes }, noColours)).toMatchInlineSnapshot(`
      "engine  llama.cpp/v0.5.0 rpc/7.0.0
      from    cache
      folder  /e

      warning: This machine has an NVIDIA driver, but the CUDA backend does not load."
    `)
  })

  it('shows how to build one, and why others are not used', () => {
    const considered = [{ source: 'path', path: '/usr/bin/llama-server', problem: 'It is too old.' }] as const
    expect(renderEngine({ engine: null, considered, gpuNotes: [] }, noColours)).toMatchInlineSnapshot(`
      "The engine is not built yet. Build it with: unhosted engine build
      (unhosted serve and unhosted demo also build it.)

      Not used
        /usr/bin/llama-server: It is too old."
    `)
  })
})
