import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { systemClock } from '@unhosted/node/base'
import { type ControlService, createControlServer } from '@unhosted/node/control'
import { silentLog } from '@unhosted/node/log'
import { homePaths, prepareHome } from '@unhosted/node/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { daemonStatus } from '../../testing/daemon-status.ts'
import { type Ended, runProgram, temporaryFolder } from '../../testing/program.ts'

const program = fileURLToPath(new URL('../../../bin/unhosted.js', import.meta.url))
const shell = promisify(execFile)

describe('unhosted run', () => {
  let home: string
  const asked: { readonly messages: readonly { readonly role: string; readonly content: string }[] }[] = []
  const cleanUp = new AsyncDisposableStack()

  /** A daemon that is only its control API, and an endpoint that repeats the last message, an escape sequence in front. */
  beforeAll(async () => {
    const folder = cleanUp.use(await temporaryFolder())
    home = folder.path
    const endpoint = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const parsed: (typeof asked)[number] = JSON.parse(body)
      asked.push(parsed)
      const content = `\u001b[2J${parsed.messages.at(-1)?.content}`
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(
        `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`
      )
    }).listen(0, '127.0.0.1')
    await once(endpoint, 'listening')
    cleanUp.defer(() => {
      endpoint.closeAllConnections()
      endpoint.close()
    })
    const address = endpoint.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const paths = homePaths(home)
    await prepareHome(paths)
    const service: Partial<ControlService> = {
      status: async () => ({ ...daemonStatus, endpoint: `http://127.0.0.1:${port}` })
    }
    const server = createControlServer({
      paths,
      service: service as ControlService,
      clock: systemClock,
      log: silentLog
    })
    await server.start(new AbortController().signal)
    cleanUp.defer(() => server.stop())
  })
  afterAll(() => cleanUp.disposeAsync())

  const run = (args: readonly string[], input?: string): Promise<Ended> =>
    runProgram(['run', ...args, '--home', home], input === undefined ? {} : { input })

  it('answers a prompt, whose words need no quotes, and lets the answer not touch the terminal', async () => {
    expect(await run(['tiny', 'Once', 'upon'])).toEqual({ code: 0, stdout: '[2JOnce upon\n', stderr: '' })
  })

  it('takes the prompt from its input', async () => {
    expect((await run(['tiny'], 'piped\n')).stdout).toBe('[2Jpiped\n')
  })

  it.runIf(process.platform !== 'win32')('adds what a shell pipes in to the prompt', async () => {
    const command = `printf 'some text' | '${process.execPath}' '${program}' run tiny Explain --home '${home}'`
    const { stdout } = await shell('bash', ['--norc', '-c', command])
    expect(stdout).toBe('[2JExplain\n\nsome text\n')
  })

  it('sends the system message first', async () => {
    await run(['tiny', 'Hi', '--system', 'Be brief.'])
    expect(asked.at(-1)?.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' }
    ])
  })

  it('prints one document with --json', async () => {
    const { stdout } = await run(['tiny', 'Hi', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ model: 'tiny', text: '\u001b[2JHi', finishReason: 'stop' })
  })

  it('refuses to ask nothing', async () => {
    expect(await run(['tiny'], '')).toMatchObject({ code: 2, stdout: '' })
  })
})
