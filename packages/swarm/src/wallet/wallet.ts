import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError, hasErrno } from '@unhosted/node/base'
import { type HomePaths, writeJsonFile } from '@unhosted/node/store'
import * as Secp256k1 from 'ox/Secp256k1'
import type { Address, Hex } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import { swarmPaths } from '../home/index.ts'
import { type KeystoreFile, keystoreSchema, type SealOptions, seal, unseal } from './keystore.ts'

/**
 * The keys of a wallet, apart because what they risk is apart:
 * `payer` owns the money and is needed for deposits, lanes and withdrawals only; `laneSigner` signs vouchers and can
 * lose no more than what stands in open lanes; `jobKey` signs a provider's quotes and receipts.
 */
export const walletRoles = ['payer', 'laneSigner', 'jobKey'] as const
export type WalletRole = (typeof walletRoles)[number]

const fileNames: Readonly<Record<WalletRole, string>> = {
  payer: 'payer.json',
  laneSigner: 'lane-signer.json',
  jobKey: 'job-key.json'
}

/** Far larger than any keystore; a file beyond it is not one. */
const maxKeystoreBytes = 16_384

export const minPassphraseLength = 8

/**
 * Make the wallet of a home folder: `payerKey` (a new key where none is given), and new keys for the other roles, each
 * in a keystore file of its own under one passphrase. All or nothing; never over an existing wallet.
 * @throws BaseError WALLET_EXISTS | WALLET_PASSPHRASE_WEAK | HOME_UNUSABLE | DISK_FULL
 */
export async function createWallet(
  paths: HomePaths,
  passphrase: string,
  options: SealOptions & { readonly payerKey?: Hex } = {}
): Promise<Readonly<Record<WalletRole, Address>>> {
  if (passphrase.length < minPassphraseLength) {
    throw new BaseError('WALLET_PASSPHRASE_WEAK', `A passphrase needs at least ${minPassphraseLength} characters.`, {
      advice: 'Take several words that nobody would guess together.'
    })
  }
  if (await hasWallet(paths)) throw exists(paths)
  const { wallet } = swarmPaths(paths)
  const temporary = `${wallet}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(temporary, { mode: 0o700 })
    for (const role of walletRoles) {
      const key = role === 'payer' && options.payerKey !== undefined ? options.payerKey : Secp256k1.randomPrivateKey()
      await writeJsonFile(join(temporary, fileNames[role]), await seal(key, passphrase, options))
    }
    // Fails where the folder has come into being meanwhile, since it is not empty.
    await rename(temporary, wallet)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    if (hasErrno(error, 'ENOTEMPTY') || hasErrno(error, 'EEXIST')) throw exists(paths)
    throw fileError(wallet, error)
  }
  return walletAddresses(paths)
}

export async function hasWallet(paths: HomePaths): Promise<boolean> {
  return (await readKeystoreText(paths, 'payer')) !== null
}

/**
 * The addresses, without the passphrase: as the files say; `unlock` holds them to the keys.
 * @throws BaseError WALLET_MISSING | WALLET_CORRUPT
 */
export async function walletAddresses(paths: HomePaths): Promise<Readonly<Record<WalletRole, Address>>> {
  const [payer, laneSigner, jobKey] = await Promise.all(walletRoles.map((role) => addressIn(paths, role)))
  if (payer === undefined || laneSigner === undefined || jobKey === undefined) throw missing()
  return { payer, laneSigner, jobKey }
}

/**
 * The private key of `role`. It lives in memory only.
 * @throws BaseError WALLET_MISSING | WALLET_CORRUPT | WALLET_PASSPHRASE
 */
export async function unlock(paths: HomePaths, role: WalletRole, passphrase: string): Promise<Hex> {
  return unseal(await readKeystore(paths, role), passphrase)
}

/** The keystore file of `role`, encrypted, for a backup or another wallet program. */
export async function readKeystore(paths: HomePaths, role: WalletRole): Promise<KeystoreFile> {
  const text = await readKeystoreText(paths, role)
  if (text === null) throw missing()
  return parseKeystore(text, join(swarmPaths(paths).wallet, fileNames[role]))
}

/**
 * Parse a keystore file from anywhere.
 * @throws BaseError WALLET_CORRUPT
 */
export function parseKeystore(text: string, name: string): KeystoreFile {
  if (text.length > maxKeystoreBytes) throw corrupt(name)
  try {
    return keystoreSchema.parse(JSON.parse(text))
  } catch (error) {
    throw corrupt(name, error)
  }
}

async function addressIn(paths: HomePaths, role: WalletRole): Promise<Address> {
  const { address } = await readKeystore(paths, role)
  if (address === undefined) throw corrupt(join(swarmPaths(paths).wallet, fileNames[role]))
  return `0x${address.toLowerCase().replace(/^0x/, '')}`
}

async function readKeystoreText(paths: HomePaths, role: WalletRole): Promise<string | null> {
  const path = join(swarmPaths(paths).wallet, fileNames[role])
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return null
    throw fileError(path, error)
  }
}

const missing = (): BaseError =>
  new BaseError('WALLET_MISSING', 'There is no wallet in the home folder.', {
    advice: 'Make one with unhosted wallet create, or bring one with unhosted wallet import.'
  })

const exists = (paths: HomePaths): BaseError =>
  new BaseError('WALLET_EXISTS', `There is a wallet already: ${swarmPaths(paths).wallet}.`, {
    advice: 'Move it to a safe place first: if you lose its files, you lose what the wallet owns.'
  })

const corrupt = (name: string, cause?: unknown): BaseError =>
  new BaseError('WALLET_CORRUPT', `${name} is not a keystore that can be read.`, {
    advice: 'Restore it from a backup. Keystores of version 3 with scrypt or PBKDF2 are understood.',
    cause
  })
