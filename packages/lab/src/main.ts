import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { ended } from './command.ts'
import { cliProgram } from './host.ts'
import { createLab } from './lab.ts'
import type { Lab } from './types.ts'

const help = `sh N            a shell on host N; leave it with exit
N COMMAND...    one command on host N, as in: 2 unhosted peers
start [N] ...   unhosted serve on host N, or on all, with these arguments
ps N            what runs on host N
cut A B, heal A B     partition two hosts, and mend it
shape N MBIT DELAYMS  what the link of host N does, each way
exit`

const usage = 'Usage: npm run lab -- [--hosts 3] [--prefix host]\n'
const values = readFlags()

const lab = await createLab({
  hosts: Number(values.hosts),
  ...(values.prefix === undefined ? {} : { prefix: values.prefix })
})
try {
  for (const [index, host] of lab.hosts.entries()) {
    process.stdout.write(`${index + 1}  ${host.name}  ${host.address}  home ${host.home}\n`)
  }
  process.stdout.write(`${help}\n`)
  await converse(lab)
} finally {
  await lab.stop()
}

function readFlags(): { readonly hosts: string; readonly prefix?: string | undefined } {
  try {
    return parseArgs({ options: { hosts: { type: 'string', default: '3' }, prefix: { type: 'string' } } }).values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    process.exit(2)
  }
}

async function converse(lab: Lab): Promise<void> {
  const { stdin, stdout } = process
  const terminal = createInterface({ input: stdin, output: stdout, prompt: 'lab> ' })
  terminal.on('SIGINT', () => terminal.close())
  terminal.prompt()
  for await (const line of terminal) {
    if (line.trim() === 'exit') break
    // The terminal is the command's own while it runs.
    terminal.pause()
    if (stdin.isTTY) stdin.setRawMode(false)
    try {
      await obey(lab, line.trim().split(/\s+/))
    } catch (error) {
      stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
    }
    if (stdin.isTTY) stdin.setRawMode(true)
    terminal.prompt()
  }
  terminal.close()
}

async function obey(lab: Lab, [verb = '', ...rest]: readonly string[]): Promise<void> {
  const host = (text: string | undefined) => lab.host(Number(text))
  switch (verb) {
    case '':
      return
    case 'sh':
      return onTerminal(lab, Number(rest[0]), [process.env.SHELL ?? '/bin/sh'])
    case 'start': {
      const one = /^\d+$/.test(rest[0] ?? '')
      for (const each of one ? [host(rest[0])] : lab.hosts) {
        const ready = await each.start(one ? rest.slice(1) : rest)
        process.stdout.write(`${each.name}: ${ready.endpoint}, ${ready.peerId}\n`)
      }
      return
    }
    case 'ps':
      for (const one of await host(rest[0]).processes()) process.stdout.write(`${one.pid}  ${one.argv.join(' ')}\n`)
      return
    case 'cut':
      return lab.partition(host(rest[0]), host(rest[1]))
    case 'heal':
      return lab.heal(host(rest[0]), host(rest[1]))
    case 'shape':
      return host(rest[0]).shape({
        ...(Number(rest[1]) > 0 ? { bitsPerSecond: Number(rest[1]) * 1e6 } : {}),
        delayMs: Number(rest[2] ?? 0)
      })
    default:
      if (/^\d+$/.test(verb)) return onTerminal(lab, Number(verb), rest)
      process.stdout.write(`${help}\n`)
  }
}

/** Run a command on a host with this terminal; `unhosted` means this checkout's. */
async function onTerminal(lab: Lab, number: number, command: readonly string[]): Promise<void> {
  const real = command[0] === 'unhosted' ? [process.execPath, cliProgram, ...command.slice(1)] : command
  const invocation = lab.host(number).invocation(real)
  const [program = '', ...args] = invocation.argv
  const env = { ...invocation.environment, PS1: `${lab.host(number).name}# ` }
  await ended(spawn(program, args, { env, stdio: 'inherit' }))
}
