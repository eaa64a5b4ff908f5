import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../packages/cli/bin/unhosted.js', import.meta.url))

/** Tests that run real models need the engine: found, or built once into the user's cache with its progress in sight. */
export default async function setup(): Promise<void> {
  if ((await unhosted(['engine', 'path'], 'ignore')) === 0) return
  const code = await unhosted(['engine', 'build'], 'inherit')
  if (code !== 0) throw new Error(`unhosted engine build ended with ${code}; the tests need an engine.`)
}

async function unhosted(args: readonly string[], stdio: 'ignore' | 'inherit'): Promise<number> {
  const [code] = await once(spawn(process.execPath, [program, ...args], { stdio }), 'exit')
  return code
}
