import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog, silentLog } from '../log/index.ts'
import { type HomePaths, homePaths } from '../store/index.ts'
import { loadIdentity } from './key.ts'
import { checkMachine, fingerprintMachine, isSameMachine, type MachineFingerprint } from './machine.ts'

let paths: HomePaths
beforeEach(async () => {
  paths = homePaths(await mkdtemp(join(tmpdir(), 'unhosted-identity-')))
})
afterEach(async () => {
  await rm(paths.home, { recursive: true, force: true })
})

describe('the identity', () => {
  it('is made once, for the owner alone, and stays', async () => {
    const made = await loadIdentity(paths, silentLog)
    const again = await loadIdentity(paths, silentLog)
    expect(made).toMatchObject({ created: true, peerId: expect.stringMatching(/^12D3KooW/) })
    expect(again).toMatchObject({ created: false, peerId: made.peerId })
    expect((await stat(paths.identityKey)).mode & 0o777).toBe(0o600)
    expect(await readdir(paths.home)).toEqual(['identity.key'])
  })

  it('is one where several starts make it at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => loadIdentity(paths, silentLog)))
    expect(new Set(all.map(({ peerId }) => peerId)).size).toBe(1)
    expect(all.filter(({ created }) => created)).toHaveLength(1)
  })

  it('is narrowed to its owner where others could read it, and that is said', async () => {
    await loadIdentity(paths, silentLog)
    await chmod(paths.identityKey, 0o644)
    const lines: string[] = []
    await loadIdentity(paths, createLog({ write: (line) => lines.push(line) }, 'warn'))
    expect((await stat(paths.identityKey)).mode & 0o777).toBe(0o600)
    expect(lines.join()).toContain('could be read by others')
  })

  it.each([
    ['is empty', async () => new Uint8Array(0)],
    ['is no key', async () => new TextEncoder().encode('not a key')],
    ['is far too large', async () => new Uint8Array(100_000)],
    ['is of another kind', async () => privateKeyToProtobuf(await generateKeyPair('secp256k1'))]
  ])('is not replaced where the file %s', async (_id, content) => {
    const bytes = await content()
    await writeFile(paths.identityKey, bytes, { mode: 0o600 })
    await expect(loadIdentity(paths, silentLog)).rejects.toMatchObject({
      code: 'HOME_CORRUPT',
      advice: expect.stringContaining('backup')
    })
    expect(await readFile(paths.identityKey)).toEqual(Buffer.from(bytes))
  })
})

describe('the machine', () => {
  const here: MachineFingerprint = { version: 1, system: 'system', hostname: 'name', hardware: 'hardware' }

  it('is recorded at the first start and recognised afterwards', async () => {
    expect(await checkMachine(paths, await fingerprintMachine())).toBeNull()
    expect(await checkMachine(paths, await fingerprintMachine())).toBeNull()
  })

  it('is known to be another after the home folder was copied, and it is explained at every start', async () => {
    await checkMachine(paths, here)
    for (let start = 0; start < 2; start++) {
      expect(await checkMachine(paths, { ...here, system: 'other' })).toMatchObject({
        id: 'identity-copied',
        advice: expect.stringContaining('identity.key')
      })
    }
  })

  it.each<[string, Partial<MachineFingerprint>, boolean]>([
    ['the same', {}, true],
    ['renamed and given more memory', { hostname: 'new', hardware: 'new' }, true],
    ['another installation', { system: 'other' }, false],
    ['without a system id, renamed', { system: null, hostname: 'new' }, true],
    ['without a system id, with other hardware', { system: null, hardware: 'new' }, true],
    ['without a system id, renamed and with other hardware', { system: null, hostname: 'new', hardware: 'new' }, false]
  ])('%s', (_id, change, same) => {
    expect(isSameMachine(here, { ...here, ...change })).toBe(same)
  })

  it('is kept as hashes', async () => {
    await checkMachine(paths, await fingerprintMachine())
    const text = await readFile(paths.machine, 'utf8')
    const id = await readFile('/etc/machine-id', 'utf8').catch(() => 'none')
    expect(text).not.toContain(id.trim())
  })
})
