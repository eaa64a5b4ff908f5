import { join } from 'node:path'
import type { Engine } from '../../engine/types.ts'

/** The real engine for tests that need it. */
export async function testEngine(): Promise<Engine> {
  const { UNHOSTED_ENGINE: directory } = process.env
  if (directory === undefined) throw new Error('UNHOSTED_ENGINE must name the folder of an engine')
  return {
    version: 'llama.cpp/test rpc/7.0.0',
    directory,
    serverPath: join(directory, 'llama-server'),
    rpcServerPath: join(directory, 'ggml-rpc-server'),
    source: 'config'
  }
}
