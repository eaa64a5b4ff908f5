import { chmod, rename, rm } from 'node:fs/promises'
import { createConnection, type Server } from 'node:net'
import { BaseError } from '@unhosted/core/errors'
import { fileError, hasErrno } from '../base/index.ts'

/** How often a dead daemon's socket is moved out of the way before we give up. */
const maxAttempts = 3

/**
 * Listen on the control socket, mode 0600. The socket of a dead daemon is replaced; that of a
 * live one is left alone.
 * @throws BaseError DAEMON_RUNNING | HOME_UNUSABLE
 */
export async function listenOnControlSocket(server: Server, path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await bind(server, path)
      break
    } catch (error) {
      if (!hasErrno(error, 'EADDRINUSE')) throw fileError(path, error)
      if (attempt === maxAttempts || (await answers(path))) throw daemonRunning(path)
      await removeStale(path)
    }
  }
  if (process.platform !== 'win32') await chmod(path, 0o600)
}

/** Whether a process accepts connections on the socket. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    const settle = (alive: boolean): void => {
      socket.destroy()
      resolve(alive)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}

/** Binding happens inside listen(), so the narrow umask closes the moment between bind and chmod. */
function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const before = process.umask(0o177)
    try {
      server.listen(path, () => {
        server.off('error', reject)
        resolve()
      })
    } finally {
      process.umask(before)
    }
  })
}

/**
 * Two daemons may find the same dead socket at once, and the slower must not unlink the faster
 * one's new socket: so it is moved aside first, asked once more, and put back if it lives.
 */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return
    throw fileError(path, error)
  }
  if (await answers(aside)) {
    await rename(aside, path)
    throw daemonRunning(path)
  }
  await rm(aside, { force: true })
}

function daemonRunning(path: string): BaseError {
  return new BaseError('DAEMON_RUNNING', 'A daemon already runs on this home folder.', {
    details: { socket: path }
  })
}
