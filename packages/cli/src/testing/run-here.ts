import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { runCommand, type Surroundings } from '../main.ts'
import { bareEnvironment, type Ended } from './program.ts'

/**
 * Run a command line in this process, without a terminal and with an empty input: all of the program but the start of
 * a process, which takes longer than most commands.
 */
export async function runHere(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const [stdin, stdout, stderr] = [new PassThrough().end(), new PassThrough(), new PassThrough()]
  const said = Promise.all([text(stdout), text(stderr)])
  const streams = { stdin, stdout, stderr } as unknown as Pick<Surroundings, 'stdin' | 'stdout' | 'stderr'>
  const env = { ...bareEnvironment, HOME: '/nonexistent', ...environment }
  const code = await runCommand(args, { ...streams, env }, new AbortController().signal)
  stdout.end()
  stderr.end()
  const [out, err] = await said
  return { code, stdout: out, stderr: err }
}
