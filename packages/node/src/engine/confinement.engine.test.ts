import { execFile } from 'node:child_process'
import { chmod, copyFile, link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../log/index.ts'
import { confinement } from './confinement.ts'
import { engineEnvironment } from './engine-environment.ts'
import { assetPath } from './engine-source.ts'
import { freePort } from './free-port.ts'
import { leashName } from './leash.ts'
import { createEngineRunner } from './runner.ts'
import { testEngine, testHome, tinyServer } from './testing/engine.ts'

const run = promisify(execFile)

/** What the program tried, and the errno that it got; null where it was let do it. */
type Attempt = 'read' | 'write' | 'system' | 'connect' | 'listen' | 'listenElsewhere' | 'unix' | 'udp'
type Outcome = Readonly<Record<Attempt, string | null>>

const attempts = `
  const [file, own, other, peer, bus] = process.argv.slice(1)
  const fs = require('node:fs'), net = require('node:net')
  const outcome = {}
  const now = (name, act) => { try { act(); outcome[name] = null } catch (error) { outcome[name] = error.code } }
  now('read', () => fs.readFileSync(file))
  now('write', () => fs.writeFileSync(file, ''))
  now('system', () => fs.readdirSync('/usr'))
  const later = (name, socket, event) => new Promise((resolve) => {
    socket.once(event, () => { outcome[name] = null; resolve() })
    socket.once('error', (error) => { outcome[name] = error.code; resolve() })
  })
  Promise.all([
    later('listen', net.createServer().listen(Number(own), '127.0.0.1'), 'listening'),
    later('listenElsewhere', net.createServer().listen(Number(other), '127.0.0.1'), 'listening'),
    later('connect', net.connect(Number(peer), '127.0.0.1'), 'connect'),
    later('unix', net.connect(bus), 'connect'),
    later('udp', require('node:dgram').createSocket('udp4').bind(0, '127.0.0.1'), 'listening')
  ]).then(() => { console.log(JSON.stringify(outcome)); process.exit(0) })
`
const probe = `
  #include <stdio.h>
  #include <unistd.h>
  int main(void) { printf("%ld", syscall(444, 0, 0, 1)); return 0; }
`

describe.runIf(process.platform === 'linux')('a program on the leash', () => {
  let folder: string
  let leash: string
  /** Of the kernel's Landlock: 1 keeps files, 4 TCP too. Below 1 there is none. */
  let abi: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unhosted-confinement-'))
    leash = join(folder, leashName)
    const source = (name: string): string => assetPath('engine', 'leash', name)
    await run('cc', ['-Wall', '-Werror', '-o', leash, source('leash.c'), source('confine.c')])
    await writeFile(join(folder, 'probe.c'), probe)
    await run('cc', ['-w', '-o', join(folder, 'probe'), join(folder, 'probe.c')])
    abi = Number((await run(join(folder, 'probe'))).stdout)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function attempt(deviceId: string | null): Promise<Outcome> {
    const file = join(folder, 'secret')
    await writeFile(file, 'secret')
    const [own, other] = [await freePort(), await freePort()]
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    const bus = createServer((socket) => socket.destroy()).listen(join(folder, 'bus'))
    try {
      await Promise.all([server, bus].map((each) => new Promise((resolve) => each.once('listening', resolve))))
      const address = server.address()
      const peer = typeof address === 'object' && address !== null ? address.port : 0
      const environment = deviceId === null ? {} : confinement(own, deviceId)
      const args = [
        String(process.pid),
        process.execPath,
        '-e',
        attempts,
        file,
        `${own}`,
        `${other}`,
        `${peer}`,
        join(folder, 'bus')
      ]
      const { stdout } = await run(leash, args, { env: { ...engineEnvironment(process.env), ...environment } })
      return JSON.parse(stdout)
    } finally {
      server.close()
      bus.close()
    }
  }

  const unbound: Outcome = {
    read: null,
    write: null,
    system: null,
    connect: null,
    listen: null,
    listenElsewhere: null,
    unix: null,
    udp: null
  }

  it('may do what its user may where it serves us alone', async () => {
    expect(await attempt(null)).toEqual(unbound)
  })

  it('may read no file of the user and speak to nobody else where it serves others on the CPU', async () => {
    expect(await attempt('CPU')).toEqual({
      ...unbound,
      unix: 'EACCES',
      udp: 'EACCES',
      ...(abi >= 1 && { read: 'EACCES', write: 'EACCES' }),
      ...(abi >= 4 && { connect: 'EACCES', listenElsewhere: 'EACCES' })
    })
  })

  it('keeps files and local sockets, but not TCP, where it serves others on a GPU', async () => {
    expect(await attempt('CUDA0')).toEqual({
      ...unbound,
      ...(abi >= 4 && { connect: 'EACCES', listenElsewhere: 'EACCES' })
    })
  })

  it('still is a server that a model loads on', { timeout: 900_000 }, async () => {
    await using home = await testHome()
    const engine = await testEngine()
    const directory = join(folder, 'engine')
    await mkdir(directory)
    for (const name of await readdir(engine.directory)) {
      const target = join(directory, name)
      if (name !== leashName)
        await link(join(engine.directory, name), target).catch(() => copyFile(join(engine.directory, name), target))
    }
    await copyFile(leash, join(directory, leashName))
    await chmod(join(directory, leashName), 0o755)
    const moved = (path: string): string => join(directory, path.slice(engine.directory.length + 1))
    const runner = createEngineRunner({
      engine: {
        ...engine,
        directory,
        serverPath: moved(engine.serverPath),
        rpcServerPath: moved(engine.rpcServerPath)
      },
      paths: home.paths,
      log: silentLog
    })
    try {
      const { signal } = new AbortController()
      const rpc = await runner.startRpcServer({ deviceId: 'CPU', threads: 1, memoryBytes: 1, signal })
      expect(await readFile(`/proc/${rpc.pid}/status`, 'utf8')).toMatch(/^NoNewPrivs:\t1$/m)
      expect(await readFile(`/proc/${rpc.pid}/environ`, 'utf8')).toContain(`UNHOSTED_CONFINE_PORT=${rpc.port}`)
      const pooled = { gpuLayers: 99, devices: ['RPC0'], tensorSplit: [1], rpcEndpoints: [`127.0.0.1:${rpc.port}`] }
      const server = await runner.startLlamaServer(tinyServer(pooled))
      expect(server.pid).toBeGreaterThan(0)
    } finally {
      await runner.stop()
    }
  })
})
