import { isBaseError } from '@unhosted/core/errors'
import { createControlClient } from '@unhosted/node/control'
import { defaultHome, homePaths } from '@unhosted/node/store'
import { createOutput, type Output } from '@unhosted/terminal'
import { buildParser, type Chosen } from './command/build-parser.ts'
import type { CommandContext } from './command/context.ts'
import { type Entry, loadEntries } from './command/entry.ts'
import { explainUsage } from './command/explain-usage.ts'
import { watchInterrupts } from './command/interrupts.ts'
import {
  asBaseError,
  type ExitCode,
  errorDocument,
  exitCodeOf,
  exitCodes,
  renderError
} from './command/report-error.ts'
import { wrapHelp } from './command/wrap-help.ts'
import { commands } from './commands/index.ts'
import { version } from './version.ts'

/** Entry of bin/unhosted.js: runs the command of this process and leaves its exit code. */
export async function start(): Promise<void> {
  // Once the event loop has run dry, Node frees its handles; 24.21 was seen to spin there for ever after a peer had been
  // killed (gdb: Environment::CleanupHandles). Leaving here skips that and hides no leak: nothing is left to wait for.
  process.once('beforeExit', (code) => process.exit(code))
  const interrupts = watchInterrupts(process)
  // `unhosted serve | head -1` closes our stdout early: that ends the command as Ctrl-C does, and is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    interrupts.interrupt()
  })
  try {
    process.exitCode = await runCommand(process.argv.slice(2), process, interrupts.signal)
  } finally {
    interrupts.stop()
  }
}

/** What a command reads and writes of its process. */
export type Surroundings = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>

/** Run one command line, errors included. @returns the exit code */
export async function runCommand(
  argv: readonly string[],
  { stdin, stdout, stderr, env }: Surroundings,
  signal: AbortSignal
): Promise<ExitCode> {
  // Before the parser has spoken, so that its own errors come in the form that was asked for.
  const flag = (name: string): boolean => argv.includes(name)
  const output = createOutput({ stdout, stderr, environment: env, json: flag('--json') })
  let exitCode: ExitCode = exitCodes.done
  try {
    const entries = await loadEntries(commands, argv)
    const chosen = await parse(argv.length === 0 ? ['--help'] : argv, entries, output)
    if (chosen === undefined) return argv.length === 0 ? exitCodes.usage : exitCodes.done
    const paths = homePaths(chosen.home ?? defaultHome(env))
    const context: CommandContext = {
      output,
      input: stdin,
      screen: stdout,
      paths,
      environment: env,
      verbose: flag('--verbose'),
      signal,
      fail: () => {
        exitCode = exitCodes.failed
      },
      client: createControlClient(paths)
    }
    await chosen.command.run(chosen.args, context)
    return exitCode
  } catch (error) {
    const known = asBaseError(error)
    if (output.json) output.result(errorDocument(known), () => '')
    // Ctrl-C needs no explanation.
    else if (known.code === 'CANCELLED' && signal.aborted) stderr.write('\nCancelled.\n')
    else {
      const style = { colours: output.errorColours, verbose: flag('--verbose'), columns: output.errorColumns() }
      stderr.write(`${renderError(known, style)}\n`)
    }
    return exitCodeOf(known)
  }
}

/** @returns undefined where the parser itself has answered: --help, --version, completions. */
async function parse(
  argv: readonly string[],
  entries: readonly Entry[],
  output: Output
): Promise<(Chosen & { home: string | undefined }) | undefined> {
  let chosen: Chosen | undefined
  let answer = ''
  const parser = buildParser({
    entries,
    version,
    onChosen: (value) => {
      chosen = value
    }
  })
  try {
    const parsed = await parser.parseAsync([...argv], {}, (_error, _parsed, text) => {
      answer = text
    })
    if (chosen !== undefined) {
      const home = parsed.home
      return { ...chosen, home: typeof home === 'string' ? home : undefined }
    }
  } catch (error) {
    throw isBaseError(error, 'USAGE') ? explainUsage(error.message, argv, entries) : error
  }
  if (answer !== '') output.line(output.live ? wrapHelp(answer, output.columns()) : answer)
  return undefined
}
