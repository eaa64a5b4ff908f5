import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HomePaths, homePaths } from '@unhosted/node/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { swarmPaths } from '../home/index.ts'
import { addressOf, defaultScryptCost, keystoreSchema, seal, unseal } from './keystore.ts'
import { createWallet, hasWallet, parseKeystore, readKeystore, unlock, walletAddresses, walletRoles } from './wallet.ts'

// The least that the library takes: nothing to wait for.
const cheap = { scryptCost: 1024 }
const passphrase = 'four words nobody guesses'

// The test vectors of https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage/
const published = {
  passphrase: 'testpassword',
  secret: '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d',
  address: '0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b',
  pbkdf2: {
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
      ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
      kdf: 'pbkdf2',
      kdfparams: {
        c: 262_144,
        dklen: 32,
        prf: 'hmac-sha256',
        salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd'
      },
      mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2'
    },
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
    version: 3
  },
  scrypt: {
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
      ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
      kdf: 'scrypt',
      kdfparams: {
        dklen: 32,
        n: 262_144,
        p: 8,
        r: 1,
        salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19'
      },
      mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097'
    },
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
    version: 3
  }
}

let paths: HomePaths
beforeEach(async () => {
  paths = homePaths(await mkdtemp(join(tmpdir(), 'unhosted-wallet-')))
})
afterEach(async () => {
  await rm(paths.home, { recursive: true, force: true })
})

describe('a keystore', () => {
  it.each(['pbkdf2', 'scrypt'] as const)('of another program opens (%s)', async (kdf) => {
    const file = parseKeystore(JSON.stringify(published[kdf]), 'theirs.json')
    expect(await unseal(file, published.passphrase)).toBe(published.secret)
    expect(addressOf(published.secret as `0x${string}`)).toBe(published.address)
  })

  it('opens with its passphrase, and no other', async () => {
    const file = await seal(published.secret as `0x${string}`, passphrase, cheap)
    expect(file.address).toBe(published.address.slice(2))
    expect(await unseal(file, passphrase)).toBe(published.secret)
    await expect(unseal(file, `${passphrase} `)).rejects.toMatchObject({ code: 'WALLET_PASSPHRASE' })
  })

  it('is as costly to guess as promised', async () => {
    const { crypto } = await seal(published.secret as `0x${string}`, passphrase)
    expect(crypto).toMatchObject({ kdf: 'scrypt', kdfparams: { n: defaultScryptCost, r: 8, p: 1 } })
    expect(defaultScryptCost).toBeGreaterThanOrEqual(2 ** 17)
  })

  it('never repeats its salt or its counter', async () => {
    const files = await Promise.all([1, 2].map(() => seal(published.secret as `0x${string}`, passphrase, cheap)))
    expect(new Set(files.map(({ crypto }) => crypto.kdfparams.salt)).size).toBe(2)
    expect(new Set(files.map(({ crypto }) => crypto.cipherparams.iv)).size).toBe(2)
  })

  it.each(['ciphertext', 'mac'] as const)('whose %s was changed does not open', async (field) => {
    const file = await seal(published.secret as `0x${string}`, passphrase, cheap)
    const text = file.crypto[field]
    const changed = { ...file, crypto: { ...file.crypto, [field]: (text.startsWith('0') ? '1' : '0') + text.slice(1) } }
    await expect(unseal(keystoreSchema.parse(changed), passphrase)).rejects.toMatchObject({ code: 'WALLET_PASSPHRASE' })
  })

  it.each([
    ['counter', (file: Record<string, unknown>) => ({ ...file, cipherparams: { iv: '00'.repeat(16) } })],
    ['address', (file: Record<string, unknown>) => file]
  ])('whose %s was changed is told from its address', async (field, change) => {
    const file = await seal(published.secret as `0x${string}`, passphrase, cheap)
    const changed =
      field === 'address' ? { ...file, address: '11'.repeat(20) } : { ...file, crypto: change({ ...file.crypto }) }
    await expect(unseal(keystoreSchema.parse(changed), passphrase)).rejects.toMatchObject({ code: 'WALLET_CORRUPT' })
  })

  it.each([
    ['is no JSON', 'nonsense'],
    ['is huge', `"${'a'.repeat(20_000)}"`],
    ['is of another version', JSON.stringify({ ...published.scrypt, version: 4 })],
    ['wants all memory', withScrypt({ n: 2 ** 20, r: 32 })],
    ['wants a cost that is no power of two', withScrypt({ n: 100_000 })],
    ['has another cipher', JSON.stringify({ ...published.scrypt, crypto: { ...published.scrypt.crypto, cipher: 'x' } })]
  ])('that %s is refused', (_id, text) => {
    expect(() => parseKeystore(text, 'theirs.json')).toThrow(expect.objectContaining({ code: 'WALLET_CORRUPT' }))
  })
})

function withScrypt(change: Readonly<Record<string, number>>): string {
  const { crypto } = published.scrypt
  return JSON.stringify({
    ...published.scrypt,
    crypto: { ...crypto, kdfparams: { ...crypto.kdfparams, ...change } }
  })
}

describe('a wallet', () => {
  it('is three keys in three files that only their owner reads', async () => {
    const addresses = await createWallet(paths, passphrase, cheap)
    expect(new Set(Object.values(addresses)).size).toBe(3)
    expect((await readdir(swarmPaths(paths).wallet)).toSorted()).toEqual([
      'job-key.json',
      'lane-signer.json',
      'payer.json'
    ])
    expect((await stat(swarmPaths(paths).wallet)).mode & 0o777).toBe(0o700)
    for (const name of await readdir(swarmPaths(paths).wallet)) {
      expect((await stat(join(swarmPaths(paths).wallet, name))).mode & 0o777).toBe(0o600)
    }
    for (const role of walletRoles) {
      expect(addressOf(await unlock(paths, role, passphrase))).toBe(addresses[role])
    }
  })

  it('holds no key in clear', async () => {
    await createWallet(paths, passphrase, { ...cheap, payerKey: published.secret as `0x${string}` })
    for (const name of await readdir(swarmPaths(paths).wallet)) {
      const text = await readFile(join(swarmPaths(paths).wallet, name), 'utf8')
      for (const role of walletRoles) expect(text).not.toContain((await unlock(paths, role, passphrase)).slice(2))
      expect(text).not.toContain(passphrase)
    }
  })

  it('can be of a key that is brought', async () => {
    const { payer } = await createWallet(paths, passphrase, { ...cheap, payerKey: published.secret as `0x${string}` })
    expect(payer).toBe(published.address)
    expect((await walletAddresses(paths)).payer).toBe(published.address)
  })

  it('is never written over, and a second one leaves nothing behind', async () => {
    const first = await createWallet(paths, passphrase, cheap)
    await expect(createWallet(paths, passphrase, cheap)).rejects.toMatchObject({ code: 'WALLET_EXISTS' })
    expect(await walletAddresses(paths)).toEqual(first)
    expect(await readdir(paths.home)).toEqual(['wallet'])
  })

  it('is one where several make it at once', async () => {
    const made = await Promise.allSettled([1, 2, 3].map(() => createWallet(paths, passphrase, cheap)))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of made) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'WALLET_EXISTS' })
    }
    expect(await readdir(paths.home)).toEqual(['wallet'])
  })

  it('takes no short passphrase', async () => {
    await expect(createWallet(paths, '1234567', cheap)).rejects.toMatchObject({ code: 'WALLET_PASSPHRASE_WEAK' })
    expect(await hasWallet(paths)).toBe(false)
  })

  it('that is missing is said to be', async () => {
    await expect(walletAddresses(paths)).rejects.toMatchObject({
      code: 'WALLET_MISSING',
      advice: expect.stringContaining('unhosted wallet create')
    })
    await expect(unlock(paths, 'payer', passphrase)).rejects.toMatchObject({ code: 'WALLET_MISSING' })
  })

  it('that is broken is not read', async () => {
    await createWallet(paths, passphrase, cheap)
    await writeFile(join(swarmPaths(paths).wallet, 'payer.json'), '{}')
    await expect(readKeystore(paths, 'payer')).rejects.toMatchObject({ code: 'WALLET_CORRUPT' })
  })
})
