import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { processIdentity } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { findLeash } from './leash.ts'
import { sweepProcesses } from './process-record.ts'
import { awaitGone, type TestHome, testEngine, testHome, tinyModel } from './testing/engine.ts'
import type { Engine } from './types.ts'

interface StandIn {
  readonly pid: number
  readonly children: readonly number[]
}

/** A process that does with the engine what a daemon does: one rpc-server, one llama-server over it. */
async function standIn(home: TestHome, engine: Engine, pathVariable: string): Promise<StandIn> {
  const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)
  const script = `
    import { createEngineRunner } from ${here('./runner.ts')}
    import { tinyServer } from ${here('./testing/engine.ts')}
    import { homePaths } from ${here('../store/index.ts')}
    import { silentLog } from ${here('../log/index.ts')}
    const runner = createEngineRunner({
      engine: ${JSON.stringify(engine)},
      paths: homePaths(${JSON.stringify(home.paths.home)}),
      log: silentLog
    })
    const { signal } = new AbortController()
    const rpc = await runner.startRpcServer({ deviceId: 'CPU', threads: 1, signal })
    const pooled = { gpuLayers: 99, devices: ['RPC0'], tensorSplit: [1], rpcEndpoints: ['127.0.0.1:' + rpc.port] }
    const server = await runner.startLlamaServer(tinyServer({ modelPath: ${JSON.stringify(tinyModel)}, ...pooled }))
    console.log(JSON.stringify([rpc.pid, server.pid]))
    setInterval(() => {}, 1000)
  `
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', script],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PATH: pathVariable } }
  )
  const [line] = await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(120_000) })
  return { pid: child.pid ?? 0, children: JSON.parse(line) }
}

async function endAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    if ((await processIdentity(pid)) !== null) process.kill(pid, 'SIGKILL')
  }
}

describe.runIf(process.platform === 'linux')('kill -9 of the daemon', { timeout: 900_000 }, () => {
  it('takes its engine processes along', async () => {
    await using home = await testHome()
    const engine = await testEngine()
    expect(await findLeash(engine, process.env)).not.toEqual([])
    const daemon = await standIn(home, engine, process.env.PATH ?? '')
    try {
      process.kill(daemon.pid, 'SIGKILL')
      for (const pid of daemon.children) await awaitGone(pid)
      expect(await sweepProcesses(home.paths, silentLog)).toEqual([])
      expect(await readdir(home.paths.run)).toEqual([])
    } finally {
      await endAll([daemon.pid, ...daemon.children])
    }
  })

  it('leaves them to the next start where nothing ties them: the sweep ends them', async () => {
    await using home = await testHome()
    const engine = { ...(await testEngine()), directory: '/nowhere' }
    expect(await findLeash(engine, { PATH: '/nowhere' })).toEqual([])
    const daemon = await standIn(home, engine, '/nowhere')
    try {
      process.kill(daemon.pid, 'SIGKILL')
      await awaitGone(daemon.pid)
      for (const pid of daemon.children) expect(await processIdentity(pid)).not.toBeNull()
      expect([...(await sweepProcesses(home.paths, silentLog))].sort()).toEqual([...daemon.children].sort())
      for (const pid of daemon.children) await awaitGone(pid)
      expect(await readdir(home.paths.run)).toEqual([])
    } finally {
      await endAll([daemon.pid, ...daemon.children])
    }
  })
})
