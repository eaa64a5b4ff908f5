import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ended, runCommand } from './command.ts'
import { Daemon, type ReadyEvent } from './daemon.ts'
import { attachForwarder, type Forwarder, forwarderProgram } from './forwarder.ts'
import { descendants, listProcesses, signalQuietly } from './processes.ts'
import type { CliResult, CommandOptions, Host, HostProcess, KillTarget, LinkShape } from './types.ts'

/** What a host stands on: a network namespace, or just this machine. */
export interface Ground {
  readonly name: string
  readonly address: string
  readonly home: string
  /** Arguments that `serve` gets besides the caller's. */
  readonly serveArguments: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  /** argv that runs `command` on this host, in the process that is started. */
  enter(command: readonly string[]): readonly string[]
  /** Pids on this host, or null where only the process tree can tell. */
  pids(): Promise<readonly number[] | null>
  shape(shape: LinkShape): Promise<void>
}

export const cliProgram = fileURLToPath(new URL('../../cli/bin/unhosted.js', import.meta.url))

/** A daemon has 3 s to stop; the rest is for a machine that is busy with other hosts. */
const stopTimeoutMs = 10_000

/** Where the parts below a daemon are known by: the engine's own program names. */
const programs: Readonly<Record<'llama-server' | 'rpc-server', RegExp>> = {
  'llama-server': /(^|\/)llama-server(\.exe)?$/,
  'rpc-server': /(^|\/)(ggml-)?rpc-server(\.exe)?$/
}

export class LabHost implements Host {
  readonly #ground: Ground
  readonly #children = new Set<ChildProcess>()
  /** Every process ever seen below ours; orphans are known by it where there is no namespace. */
  readonly #seen = new Map<number, string>()
  readonly #socketPath: string
  #forwarder: Promise<Forwarder> | null = null
  #daemon: Daemon | null = null
  #endpoint = ''

  constructor(ground: Ground, socketPath: string) {
    this.#ground = ground
    this.#socketPath = socketPath
  }

  get name(): string {
    return this.#ground.name
  }
  get address(): string {
    return this.#ground.address
  }
  get home(): string {
    return this.#ground.home
  }
  get daemon(): Daemon | null {
    return this.#daemon
  }

  async start(args: readonly string[] = []): Promise<ReadyEvent> {
    if (this.#daemon !== null && this.#daemon.child.exitCode === null && this.#daemon.child.signalCode === null)
      throw new Error(`${this.name} runs a daemon already.`)
    const command = [process.execPath, cliProgram, 'serve', '--json', '--home', this.home, '--name', this.name]
    const daemon = new Daemon(this.spawn([...command, ...this.#ground.serveArguments, ...args]))
    this.#daemon = daemon
    const ready = await daemon.ready()
    this.#endpoint = ready.endpoint
    return ready
  }

  async stop(): Promise<void> {
    const daemon = this.#daemon
    if (daemon === null) return
    daemon.child.kill('SIGTERM')
    const late = setTimeout(() => daemon.child.kill('SIGKILL'), stopTimeoutMs)
    await daemon.exited
    clearTimeout(late)
    if (daemon.child.signalCode === 'SIGKILL') {
      throw new Error(`${this.name} did not stop within ${stopTimeoutMs} ms.\n${daemon.output()}`)
    }
  }

  async cli(args: readonly string[], options: CommandOptions = {}): Promise<CliResult> {
    const plain = args.includes('--no-json')
    const given = args.filter((one) => one !== '--no-json')
    const flags = plain ? ['--home', this.home] : ['--home', this.home, '--json']
    const result = await this.exec([process.execPath, cliProgram, ...given, ...flags], options)
    return { ...result, json: parseOrUndefined(result.stdout) }
  }

  invocation(command: readonly string[]): {
    readonly argv: readonly string[]
    readonly environment: NodeJS.ProcessEnv
  } {
    return { argv: this.#ground.enter(command), environment: this.#ground.environment }
  }

  exec(command: readonly string[], options: CommandOptions = {}) {
    const environment = { ...this.#ground.environment, ...options.environment }
    return runCommand(this.#ground.enter(command), { ...options, environment })
  }

  spawn(command: readonly string[], options: CommandOptions = {}): ChildProcess {
    const [program, ...args] = this.#ground.enter(command)
    if (program === undefined) throw new Error('A command needs a program.')
    const env = { ...this.#ground.environment, ...options.environment }
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#children.add(child)
    return child
  }

  async fetch(path: string, init?: RequestInit): Promise<Response> {
    if (this.#endpoint === '') throw new Error(`${this.name} has no daemon that was ever ready.`)
    this.#forwarder ??= attachForwarder(
      this.spawn([process.execPath, forwarderProgram, this.#socketPath]),
      this.#socketPath
    )
    return (await this.#forwarder).fetch(new URL(path, this.#endpoint).href, init)
  }

  async processes(): Promise<readonly HostProcess[]> {
    const forwarder = (await this.#forwarder)?.pid
    const all = await listProcesses()
    const pids = new Set(await this.#ground.pids())
    const mine = pids.size > 0 ? all.filter((one) => pids.has(one.pid)) : this.#family(all)
    return mine.filter((one) => one.pid !== forwarder)
  }

  async kill(target: KillTarget, signal: NodeJS.Signals): Promise<number> {
    const pid = typeof target === 'number' ? target : await this.#find(target)
    process.kill(pid, signal)
    if (target === 'daemon' && signal === 'SIGKILL') await this.#daemon?.exited
    return pid
  }

  shape(shape: LinkShape): Promise<void> {
    return this.#ground.shape(shape)
  }

  /** End everything on this host. */
  async close(): Promise<void> {
    const forwarder = await this.#forwarder?.catch(() => null)
    await forwarder?.stop()
    await this.stop().catch(() => {})
    for (const one of await this.processes().catch(() => [])) signalQuietly(one.pid, 'SIGKILL')
    for (const child of this.#children) child.kill('SIGKILL')
    await Promise.all([...this.#children].map(ended))
  }

  async #find(part: Exclude<KillTarget, number>): Promise<number> {
    if (part === 'daemon') {
      if (this.#daemon === null) throw new Error(`${this.name} has no daemon.`)
      return this.#daemon.pid
    }
    const found = (await this.processes()).find((one) => programs[part].test(one.argv[0] ?? ''))
    if (found === undefined) throw new Error(`${this.name} runs no ${part}.`)
    return found.pid
  }

  /** Without a namespace: what we started, all below it, and whatever was below it when last looked at. */
  #family(all: readonly HostProcess[]): readonly HostProcess[] {
    const roots = [...this.#children].flatMap((child) => child.pid ?? [])
    for (const one of descendants(all, roots)) this.#seen.set(one.pid, one.argv.join(' '))
    return all.filter((one) => this.#seen.get(one.pid) === one.argv.join(' '))
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
