import { createHash } from 'node:crypto'
import { access, mkdir, readFile, rename } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { must } from './command.ts'

/** Path of a small C program of the lab, compiled once per content of its source. @throws Error where there is no compiler */
export async function nativeProgram(name: 'capture' | 'delay'): Promise<string> {
  const source = fileURLToPath(new URL(`../native/${name}.c`, import.meta.url))
  const digest = createHash('sha256')
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16)
  const folder = join(tmpdir(), `unhosted-lab-native-${userInfo().uid}`)
  const program = join(folder, `${name}-${digest}`)
  try {
    await access(program)
    return program
  } catch {
    // Not compiled yet.
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const partial = `${program}.${process.pid}`
  await must(['cc', '-O2', '-Wall', '-Wextra', '-o', partial, source])
  await rename(partial, program)
  return program
}
