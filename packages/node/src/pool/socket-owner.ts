import { readFile } from 'node:fs/promises'

/** Columns of /proc/net/tcp; addresses are in hexadecimal, ports big-endian. Source: proc_net(5). */
const columns = { local: 1, remote: 2, uid: 7 } as const

/**
 * Whether the process at the other end of a loopback IPv4 connection runs as our own user.
 * Linux tells (in /proc/net/tcp); elsewhere the answer is true, see docs/threat-model.md.
 */
export async function isOwnConnection(ends: ConnectionEnds): Promise<boolean> {
  const uid = process.getuid?.()
  if (process.platform !== 'linux' || uid === undefined) return true
  return clientUid(await readFile('/proc/net/tcp', 'utf8'), ends) === uid
}

interface ConnectionEnds {
  readonly clientPort: number
  readonly serverPort: number
}

/**
 * The user who owns the client's end of a loopback connection, by the kernel's table; null when it is not in it.
 * @internal
 */
export function clientUid(table: string, ends: ConnectionEnds): number | null {
  const client = endpoint(ends.clientPort)
  const server = endpoint(ends.serverPort)
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (fields[columns.local] === client && fields[columns.remote] === server) return Number(fields[columns.uid])
  }
  return null
}

function endpoint(port: number): string {
  return `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
}
