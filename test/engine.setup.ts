import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Tests that run real models need the engine: built once into the user's cache, with its progress in sight. */
export default async function setup(): Promise<void> {
  const program = fileURLToPath(new URL('../packages/cli/bin/unhosted.js', import.meta.url))
  const child = spawn(process.execPath, [program, 'engine', 'build'], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`unhosted engine build ended with ${code}; the tests need an engine.`)
}
