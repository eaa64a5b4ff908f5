import { type ChildProcess, spawn } from 'node:child_process'
import { ended } from './command.ts'

/** A helper program that says `ready` on its standard output, then works until SIGTERM. */
export interface LineProgram {
  readonly child: ChildProcess
  /** All it printed. */
  output(): string
  stop(): Promise<void>
}

export async function startLineProgram(argv: readonly string[]): Promise<LineProgram> {
  const [program, ...args] = argv
  if (program === undefined) throw new Error('A command needs a program.')
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const take = (text: string): void => {
      output += text
      if (output.includes('ready\n')) resolve()
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${argv.join(' ')} ended: ${output}`)))
  })
  return {
    child,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM')
      await ended(child)
    }
  }
}
