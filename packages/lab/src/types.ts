import type { ChildProcess } from 'node:child_process'
import type { CommandResult } from './command.ts'
import type { Daemon, ReadyEvent } from './daemon.ts'

export interface LabOptions {
  /** Machines to make, 1 to 200. Default 3. */
  readonly hosts?: number
  /** First part of the hosts' names. Default `host`, so `host1`, `host2`... */
  readonly prefix?: string
  /** Environment added to every process on every host. */
  readonly environment?: Readonly<Record<string, string>>
  /** `loopback` makes the fallback even where namespaces would work. Default: namespaces where they can be made. */
  readonly kind?: 'namespaces' | 'loopback'
  /** Where the lab says which kind it made. Default: standard error. */
  readonly say?: (line: string) => void
}

/** What a host's link to the bridge does to traffic, each way. */
export interface LinkShape {
  /** Bits per second; undefined leaves the rate as it is without shaping. */
  readonly bitsPerSecond?: number
  /** Added one-way delay, ms. */
  readonly delayMs?: number
}

export interface HostProcess {
  readonly pid: number
  readonly parentPid: number
  /** Program and arguments. */
  readonly argv: readonly string[]
}

export interface CliResult extends CommandResult {
  /** Standard output as one JSON document; undefined where it is none. */
  readonly json: unknown
}

/** A process of a host: by pid, or by the part it plays below that host's daemon. */
export type KillTarget = number | 'daemon' | 'llama-server' | 'rpc-server'

export interface CommandOptions {
  readonly input?: string
  /** Default 60 000. The command is killed when it takes longer. */
  readonly timeoutMs?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** One machine of the lab. */
export interface Host {
  readonly name: string
  /** IPv4 address that the other hosts reach it at. */
  readonly address: string
  /** Home folder of its daemon; also UNHOSTED_HOME of every command that runs on it. */
  readonly home: string
  readonly daemon: Daemon | null
  /** Start `unhosted serve --json` and wait for `ready`. @throws Error with the daemon's output when it ends or takes over 30 s */
  start(args?: readonly string[]): Promise<ReadyEvent>
  /** Ask the daemon to end (SIGTERM) and wait for it. @throws Error when it takes over 10 s; it is killed then */
  stop(): Promise<void>
  /** Run one `unhosted` command with `--json`, unless `args` carry `--no-json`. Never throws for a failed command. */
  cli(args: readonly string[], options?: CommandOptions): Promise<CliResult>
  /** Run any command on the host to its end. */
  exec(command: readonly string[], options?: CommandOptions): Promise<CommandResult>
  /** argv and environment that run a command on this host, for callers that bring their own terminal. */
  invocation(command: readonly string[]): { readonly argv: readonly string[]; readonly environment: NodeJS.ProcessEnv }
  /** Start any command on the host; the lab ends it with the host. */
  spawn(command: readonly string[], options?: CommandOptions): ChildProcess
  /** Ask the daemon's gateway. Bodies stream. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Everything that runs on the host, the lab's own forwarder left out. */
  processes(): Promise<readonly HostProcess[]>
  /** @returns the pid that got the signal. @throws Error when nothing plays that part */
  kill(target: KillTarget, signal: NodeJS.Signals): Promise<number>
  shape(shape: LinkShape): Promise<void>
}

export interface Capture {
  readonly file: string
  /** Frames written so far are on disk when this resolves. */
  stop(): Promise<void>
}

/** Machines on one network, made from one machine. */
export interface Lab {
  /** `loopback`: no namespaces could be made; three daemons share this machine, and there is nothing to shape, cut or capture. */
  readonly kind: 'namespaces' | 'loopback'
  readonly hosts: readonly Host[]
  host(number: number): Host
  /** Cut unicast traffic between two hosts, silently, both ways. Multicast still passes, as on a switch with a broken port table. */
  partition(a: Host, b: Host): Promise<void>
  heal(a: Host, b: Host): Promise<void>
  /** Write every frame that crosses the bridge to a pcap file. Resolves once it records. */
  capture(file: string): Promise<Capture>
  /** A path in the lab's temporary folder. */
  file(name: string): string
  /** End all processes, remove namespaces and folders. Idempotent. */
  stop(): Promise<void>
}
