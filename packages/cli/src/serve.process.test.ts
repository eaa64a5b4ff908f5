import { type ChildProcess, spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createControlClient } from '@unhosted/node/control'
import { homePaths } from '@unhosted/node/store'
import { describe, expect, it } from 'vitest'
import { bareEnvironment, runProgram, temporaryFolder } from './testing/program.ts'

const program = fileURLToPath(new URL('../bin/unhosted.js', import.meta.url))
/** A clean stop, by the promise of the docs. */
const stopMs = 3000

interface Daemon extends AsyncDisposable {
  readonly child: ChildProcess
  readonly events: readonly { readonly event?: string }[]
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

/** A real daemon on a home folder, without an engine and without neighbours, once it is ready. */
async function startDaemon(home: string, args: readonly string[] = []): Promise<Daemon> {
  const network = ['--port', '0', '--p2p-port', '0', '--p2p-address', '127.0.0.1', '--no-mdns']
  const child = spawn(process.execPath, [program, 'serve', '--json', '--home', home, ...network, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...bareEnvironment, UNHOSTED_ENGINE: home }
  })
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<number | NodeJS.Signals | null>()
  child.once('exit', (code, signal) => onEnd(code ?? signal))
  const events: { readonly event?: string }[] = []
  const ready = Promise.withResolvers<void>()
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => {
    const event: { readonly event?: string } = JSON.parse(line)
    events.push(event)
    if (event.event === 'ready') ready.resolve()
  })
  reader.once('close', () => ready.reject(new Error(`the daemon did not start: ${JSON.stringify(events)}`)))
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  try {
    await ready.promise
  } catch (error) {
    await stop()
    throw error
  }
  return { child, events, ended, [Symbol.asyncDispose]: stop }
}

describe('unhosted serve', () => {
  it('announces itself, answers on its socket, refuses a second one, and ends with unhosted stop', async () => {
    await using folder = await temporaryFolder()
    await using daemon = await startDaemon(folder.path, ['--name', 'desk'])
    expect(daemon.events[0]).toMatchObject({
      event: 'ready',
      name: 'desk',
      pid: daemon.child.pid,
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      peerId: expect.stringMatching(/^12D3KooW/)
    })
    const second = await runProgram(['serve', '--json', '--home', folder.path])
    expect(second.code).toBe(1)
    expect(JSON.parse(second.stdout)).toMatchObject({
      error: { code: 'DAEMON_RUNNING', message: expect.stringContaining(`${daemon.child.pid}`) }
    })
    const stopped = await runProgram(['stop', '--json', '--home', folder.path])
    expect(JSON.parse(stopped.stdout)).toEqual({ stopped: true, pid: daemon.child.pid })
    expect(await daemon.ended).toBe(0)
    expect(daemon.events.at(-1)).toEqual({ event: 'stopping' })
  }, 30_000)

  const ways: { id: string; args: readonly string[]; end: (child: ChildProcess) => void }[] = [
    { id: 'Ctrl-C', args: [], end: (child) => child.kill('SIGINT') },
    { id: 'SIGTERM', args: [], end: (child) => child.kill('SIGTERM') },
    { id: 'the end of its input, if told so', args: ['--until-stdin-ends'], end: (child) => child.stdin?.end() }
  ]
  it.each(ways)(
    'stops cleanly on $id and leaves no socket',
    async ({ args, end }) => {
      await using folder = await temporaryFolder()
      await using daemon = await startDaemon(folder.path, args)
      const started = performance.now()
      end(daemon.child)
      expect(await daemon.ended).toBe(0)
      expect(performance.now() - started).toBeLessThan(stopMs)
      await expect(stat(homePaths(folder.path).controlSocket)).rejects.toMatchObject({ code: 'ENOENT' })
    },
    30_000
  )

  it('lives on when its input ends, unless told otherwise', async () => {
    await using folder = await temporaryFolder()
    await using daemon = await startDaemon(folder.path)
    daemon.child.stdin?.end()
    const client = createControlClient(homePaths(folder.path))
    const { signal } = new AbortController()
    expect((await client.status({ signal })).pid).toBe(daemon.child.pid)
  }, 30_000)

  it('starts over what a killed one left', async () => {
    await using folder = await temporaryFolder()
    await using killed = await startDaemon(folder.path)
    killed.child.kill('SIGKILL')
    await killed.ended
    await using daemon = await startDaemon(folder.path)
    expect(daemon.events[0]).toMatchObject({ event: 'ready', pid: daemon.child.pid })
  }, 30_000)
})
