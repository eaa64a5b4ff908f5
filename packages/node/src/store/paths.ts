import { createHash } from 'node:crypto'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * The home folder, drawn:
 *
 *     ~/.unhosted/                0700
 *       config.json               settings, optional
 *       identity.key              0600  libp2p Ed25519 private key, protobuf
 *       machine.json              fingerprint of the machine the identity was made on
 *       peers.json                0600  paired peers
 *       invites.json              0600  hashes of open and used invites
 *       catalogue.json            short names the user added, optional
 *       wallet/, swarm/           made by @unhosted/swarm
 *       daemon.json               pid, start time, endpoint of the running daemon
 *       control.sock              0600  control API
 *       models/                   content-addressed files and their index
 *       run/                      engine sockets, process records for the sweep
 *       logs/                     rotated: daemon.log, engine/*.log
 */
export interface HomePaths {
  readonly home: string
  readonly config: string
  readonly identityKey: string
  readonly machine: string
  readonly peers: string
  readonly invites: string
  readonly catalogue: string
  readonly daemon: string
  /** Unix socket path (or Windows pipe name), short enough for the platform. */
  readonly controlSocket: string
  readonly models: string
  readonly run: string
  readonly logs: string
  readonly engineLogs: string
  /** A Unix socket path for an engine process; unique for `name`, short enough for the platform. */
  engineSocket(name: string): string
}

/** sun_path holds 104 bytes on macOS and 108 on Linux, its NUL included. */
const maxSocketPathBytes = 100

/** `--home`, else UNHOSTED_HOME, else ~/.unhosted. */
export function defaultHome(environment: NodeJS.ProcessEnv): string {
  return resolve(environment.UNHOSTED_HOME ?? join(homedir(), '.unhosted'))
}

export function homePaths(home: string): HomePaths {
  const root = resolve(home)
  const run = join(root, 'run')
  const shortSocket = (path: string): string => {
    if (process.platform === 'win32') return `\\\\.\\pipe\\unhosted-${digest(path)}`
    return Buffer.byteLength(path) <= maxSocketPathBytes ? path : join(shortSocketFolder(), `${digest(path)}.sock`)
  }
  return {
    home: root,
    config: join(root, 'config.json'),
    identityKey: join(root, 'identity.key'),
    machine: join(root, 'machine.json'),
    peers: join(root, 'peers.json'),
    invites: join(root, 'invites.json'),
    catalogue: join(root, 'catalogue.json'),
    daemon: join(root, 'daemon.json'),
    controlSocket: shortSocket(join(root, 'control.sock')),
    models: join(root, 'models'),
    run,
    logs: join(root, 'logs'),
    engineLogs: join(root, 'logs', 'engine'),
    engineSocket: (name) => shortSocket(join(run, `${name}.sock`))
  }
}

/** Per-user folder for sockets whose own path would be too long; made 0700 by `prepareHome`. */
export function shortSocketFolder(): string {
  return join(tmpdir(), `unhosted-${userInfo().uid}`)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
