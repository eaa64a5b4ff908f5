import { once } from 'node:events'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Whether process `pid` itself listens on the loopback port. On Linux without connecting, so that a server which
 * takes one client at a time is not disturbed, and so that another program on the same port is not mistaken for it.
 */
export async function isListening(pid: number, port: number, signal: AbortSignal): Promise<boolean> {
  if (process.platform !== 'linux') return accepts(port, signal)
  const inode = listeningInode(await readFile('/proc/net/tcp', 'utf8'), port)
  if (inode === null) return false
  try {
    const links = await Promise.all(
      (await readdir(`/proc/${pid}/fd`)).map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => ''))
    )
    return links.includes(`socket:[${inode}]`)
  } catch {
    // It ended between the two looks.
    return false
  }
}

/**
 * Inode of the socket that listens on 127.0.0.1:port, from the text of /proc/net/tcp; null when none does.
 * @internal For its test.
 */
export function listeningInode(table: string, port: number): string | null {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (fields[1] === local && fields[3] === '0A') return fields[9] ?? null
  }
  return null
}

async function accepts(port: number, signal: AbortSignal): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect', { signal })
    // Had another program the port, ours would fail to bind and end in this time; the caller sees that.
    await delay(100, undefined, { signal })
    return true
  } catch {
    // Nobody listens yet.
    return false
  } finally {
    socket.on('error', () => {})
    socket.destroy()
  }
}
