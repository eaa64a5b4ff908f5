import * as OxAddress from 'ox/Address'
import * as Keystore from 'ox/Keystore'
import * as Secp256k1 from 'ox/Secp256k1'
import { z } from 'zod'
import type { Address, Hex } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'

/**
 * Cost of one guess: 2^17 * 8 * 128 bytes = 128 MiB and about 0.5 s on one core; geth takes twice that.
 * https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage/
 */
export const defaultScryptCost = 2 ** 17
const blockSize = 8
const keyBytes = 32

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`))
const salt = z.string().regex(/^(?:[0-9a-f]{2}){8,64}$/)

const scryptParameters = z
  .object({
    dklen: z.literal(keyBytes),
    n: z
      .number()
      .int()
      .min(1024)
      .max(2 ** 20),
    r: z.number().int().min(1).max(32),
    p: z.number().int().min(1).max(16),
    salt
  })
  // A file must not make us reserve all memory: 1 GiB at most.
  .refine(({ n, r }) => 128 * n * r <= 2 ** 30 && Number.isInteger(Math.log2(n)), 'costs too much memory')

const pbkdf2Parameters = z.object({
  dklen: z.literal(keyBytes),
  c: z.number().int().min(1).max(10_000_000),
  prf: z.literal('hmac-sha256'),
  salt
})

/** A Web3 Secret Storage file, version 3, as geth, foundry and most wallets write it. */
export const keystoreSchema = z.object({
  version: z.literal(3),
  id: z.string().max(64),
  address: z
    .string()
    .regex(/^(?:0x)?[0-9a-fA-F]{40}$/)
    .optional(),
  crypto: z
    .object({
      cipher: z.literal('aes-128-ctr'),
      ciphertext: hex(keyBytes),
      cipherparams: z.object({ iv: hex(16) }),
      mac: hex(32)
    })
    .and(
      z.discriminatedUnion('kdf', [
        z.object({ kdf: z.literal('scrypt'), kdfparams: scryptParameters }),
        z.object({ kdf: z.literal('pbkdf2'), kdfparams: pbkdf2Parameters })
      ])
    )
})

export type KeystoreFile = z.infer<typeof keystoreSchema>

export interface SealOptions {
  /** scrypt's N, a power of two. Default `defaultScryptCost`; tests take less. */
  readonly scryptCost?: number
}

/** The address of a private key, lower case. */
export function addressOf(privateKey: Hex): Address {
  return OxAddress.fromPublicKey(Secp256k1.getPublicKey({ privateKey })).toLowerCase() as Address
}

/** Encrypt `privateKey` under `passphrase` (scrypt, AES-128-CTR, Keccak MAC). */
export async function seal(privateKey: Hex, passphrase: string, options: SealOptions = {}): Promise<KeystoreFile> {
  const [key, derivation] = await Keystore.scryptAsync({
    password: passphrase,
    n: options.scryptCost ?? defaultScryptCost,
    r: blockSize,
    p: 1
  })
  const sealed = Keystore.encrypt(privateKey, key, derivation)
  return keystoreSchema.parse({ ...sealed, address: addressOf(privateKey).slice(2) })
}

/**
 * The private key that `file` holds.
 * @throws BaseError WALLET_PASSPHRASE where the passphrase is wrong or the file was changed; WALLET_CORRUPT where
 * the key is not the one of the address that the file names
 */
export async function unseal(file: KeystoreFile, passphrase: string): Promise<Hex> {
  const keystore = file as Keystore.Keystore
  const key = await Keystore.toKeyAsync(keystore, { password: passphrase })
  let privateKey: Hex
  try {
    privateKey = Keystore.decrypt(keystore, key)
  } catch {
    // The library's message says nothing more, and its cause might hold what we must not keep.
    throw new BaseError('WALLET_PASSPHRASE', 'The passphrase is wrong.', {
      advice: 'Try again; upper and lower case differ. There is no way around a lost passphrase.'
    })
  }
  if (file.address !== undefined && !addressOf(privateKey).endsWith(file.address.toLowerCase().replace(/^0x/, ''))) {
    throw new BaseError('WALLET_CORRUPT', 'The wallet file names another address than its key has.', {
      advice: 'Somebody or something changed the file: restore it from a backup.'
    })
  }
  return privateKey
}
