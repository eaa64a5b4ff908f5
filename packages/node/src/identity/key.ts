import { randomBytes } from 'node:crypto'
import { chmod, link, open, readFile, rm } from 'node:fs/promises'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { BaseError } from '@unhosted/core/errors'
import { fileError, hasErrno } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { HomePaths } from '../store/index.ts'

/** Who this machine is on the network: an Ed25519 key that never leaves the home folder. */
export interface Identity {
  readonly privateKey: Ed25519PrivateKey
  /** libp2p PeerId, base58btc; holds the public key. */
  readonly peerId: string
  /** Whether this call made it. */
  readonly created: boolean
}

/** Far larger than any key; a file beyond it is not one. */
const maxKeyBytes = 4096

/**
 * Read the key, or make it: once, atomically, 0600. A key that others may read is narrowed.
 * @throws BaseError HOME_CORRUPT | HOME_UNUSABLE | DISK_FULL
 */
export async function loadIdentity(paths: HomePaths, log: Log): Promise<Identity> {
  const existing = await readKey(paths.identityKey, log)
  if (existing !== null) return existing
  const privateKey = await generateKeyPair('Ed25519')
  const won = await createOnce(paths.identityKey, privateKeyToProtobuf(privateKey))
  if (won) {
    const peerId = peerIdFromPrivateKey(privateKey).toString()
    log.info({ peerId }, 'made a new identity')
    return { privateKey, peerId, created: true }
  }
  const other = await readKey(paths.identityKey, log)
  if (other === null) throw corrupt(paths.identityKey)
  return other
}

async function readKey(path: string, log: Log): Promise<Identity | null> {
  let data: Uint8Array
  try {
    data = await readPrivate(path, log)
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return null
    throw fileError(path, error)
  }
  if (data.byteLength === 0 || data.byteLength > maxKeyBytes) throw corrupt(path)
  try {
    const privateKey = privateKeyFromProtobuf(data)
    if (privateKey.type !== 'Ed25519') throw corrupt(path)
    return { privateKey, peerId: peerIdFromPrivateKey(privateKey).toString(), created: false }
  } catch (error) {
    throw error instanceof BaseError ? error : corrupt(path, error)
  }
}

async function readPrivate(path: string, log: Log): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const { mode } = await file.stat()
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      await narrow(path)
      log.warn({ path, mode: (mode & 0o777).toString(8) }, 'the identity key could be read by others; it is now 0600')
    }
  } finally {
    await file.close()
  }
  return readFile(path)
}

async function narrow(path: string): Promise<void> {
  try {
    await chmod(path, 0o600)
  } catch (error) {
    throw new BaseError('HOME_UNUSABLE', `${path} can be read by other users of this machine.`, {
      advice: `Run chmod 600 on it as its owner, then start again.`,
      cause: error
    })
  }
}

/** @returns false where another process made the file first; it is left alone then. */
async function createOnce(path: string, data: Uint8Array): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(temporary, path)
    return true
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false
    throw fileError(path, error)
  } finally {
    await rm(temporary, { force: true })
  }
}

function corrupt(path: string, cause?: unknown): BaseError {
  return new BaseError('HOME_CORRUPT', `${path} is not an identity key.`, {
    advice: 'Restore it from a backup, or delete it to get a new identity and pair your machines again.',
    cause
  })
}
