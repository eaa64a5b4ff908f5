import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '@unhosted/node/base'
import { type ControlService, createControlServer } from '@unhosted/node/control'
import { silentLog } from '@unhosted/node/log'
import { homePaths, prepareHome } from '@unhosted/node/store'
import { describe, expect, it } from 'vitest'
import { daemonStatus } from './testing/daemon-status.ts'
import { runProgram, temporaryFolder } from './testing/program.ts'
import { runHere } from './testing/run-here.ts'

describe('exit codes', () => {
  const cases: {
    id: string
    args: readonly string[]
    code: number
    error: string | null
    says: RegExp
  }[] = [
    { id: '--version', args: ['--version'], code: 0, error: null, says: /^\d+\.\d+\.\d+/ },
    { id: '--help', args: ['--help'], code: 0, error: null, says: /unhosted serve/ },
    { id: 'help of a command', args: ['pair', '--help'], code: 0, error: null, says: /--invite/ },
    { id: 'nothing at all prints the help', args: [], code: 2, error: null, says: /unhosted serve/ },
    { id: 'a mistyped command', args: ['sreve'], code: 2, error: 'USAGE', says: /Did you mean "serve"/ },
    { id: 'a mistyped subcommand', args: ['models', 'sl'], code: 2, error: 'USAGE', says: /Did you mean "models ls"/ },
    { id: "another program's word", args: ['chat'], code: 2, error: 'USAGE', says: /Did you mean "run"/ },
    {
      id: "another program's word for a subcommand",
      args: ['pull', 'tiny'],
      code: 2,
      error: 'USAGE',
      says: /Did you mean "models pull"/
    },
    { id: 'the help to read', args: ['models', 'import'], code: 2, error: 'USAGE', says: /models import --help/ },
    { id: 'nonsense', args: ['xylophone'], code: 2, error: 'USAGE', says: /Unknown command: xylophone/ },
    { id: 'an unknown flag', args: ['status', '--frob'], code: 2, error: 'USAGE', says: /Unknown flag: --frob\./ },
    {
      id: 'a mistyped flag',
      args: ['serve', '--lend-memroy', '1GiB'],
      code: 2,
      error: 'USAGE',
      says: /Unknown flag: --lend-memroy\. Did you mean "--lend-memory"/
    },
    { id: 'one word too many', args: ['status', 'now'], code: 2, error: 'USAGE', says: /Unexpected argument: now\./ },
    {
      id: 'a flag without its value',
      args: ['serve', '--port'],
      code: 2,
      error: 'USAGE',
      says: /--port needs a value/
    },
    {
      id: 'a choice that is none',
      args: ['pair', '--radius', 'public'],
      code: 2,
      error: 'USAGE',
      says: /--radius must be one of "local", "trusted", not "public"/
    },
    { id: 'a missing positional', args: ['unpair'], code: 2, error: 'USAGE', says: /Missing argument: PEER\./ },
    { id: 'a missing subcommand', args: ['models'], code: 2, error: 'USAGE', says: /ls/ },
    { id: 'a word for a number', args: ['plan', 'tiny', '--ctx', 'many'], code: 2, error: 'USAGE', says: /--ctx/ },
    {
      id: 'a port that is none',
      args: ['serve', '--port', '70000'],
      code: 2,
      error: 'CONFIG_INVALID',
      says: /--port/
    },
    {
      id: 'an amount that is none',
      args: ['serve', '--memory', 'lots'],
      code: 2,
      error: 'CONFIG_INVALID',
      says: /--memory/
    },
    {
      id: 'a duration that is none',
      args: ['pair', '--invite', '--expires', 'soon'],
      code: 2,
      error: 'CONFIG_INVALID',
      says: /soon/
    },
    { id: 'no daemon', args: ['status'], code: 3, error: 'DAEMON_NOT_RUNNING', says: /unhosted serve/ },
    { id: 'no daemon to stop', args: ['stop'], code: 3, error: 'DAEMON_NOT_RUNNING', says: /unhosted serve/ },
    {
      id: 'no daemon to talk through',
      args: ['run', 'tiny', 'hi'],
      code: 3,
      error: 'DAEMON_NOT_RUNNING',
      says: /serve/
    },
    {
      id: 'a model that is not there',
      args: ['models', 'show', 'nope'],
      code: 1,
      error: 'MODEL_UNKNOWN',
      says: /nope/
    },
    { id: 'models ls', args: ['models', 'ls'], code: 0, error: null, says: /tiny/ },
    { id: 'a global flag before a group', args: ['--json', 'models', 'ls'], code: 0, error: null, says: /^\{"models"/ },
    { id: 'completion', args: ['completion', 'bash'], code: 0, error: null, says: /complete .* unhosted/ },
    { id: 'completion for a shell that is none', args: ['completion', 'cmd'], code: 2, error: 'USAGE', says: /cmd/ }
  ]
  /** The others run in this process: a start tells nothing more of them. */
  const started = new Set(['--version', 'nothing at all prints the help', 'a mistyped command', 'no daemon'])
  it.each(cases)(
    '$id: $code',
    async ({ id, args, code, error, says }) => {
      await using folder = await temporaryFolder()
      const environment = { UNHOSTED_HOME: join(folder.path, 'home') }
      const flags = error === null ? [] : ['--json']
      const line = [...args, ...flags]
      const ended = await (started.has(id) ? runProgram(line, { environment }) : runHere(line, environment))
      expect(ended.code, ended.stderr).toBe(code)
      expect(ended.stderr).toBe('')
      if (error === null) {
        expect(ended.stdout).toMatch(says)
        return
      }
      const { error: found } = JSON.parse(ended.stdout) as { error: { code: string; message: string; advice: string } }
      expect(found.code).toBe(error)
      expect(`${found.message} ${found.advice}`).toMatch(says)
      expect(found.advice).toMatch(/\S/)
    },
    30_000
  )

  it('come with what happened and what to do, on stderr, without a stack or colours', async () => {
    await using folder = await temporaryFolder()
    const { stdout, stderr } = await runProgram(['status', '--home', folder.path])
    expect(stdout).toBe('')
    expect(stderr).toBe(
      `error[DAEMON_NOT_RUNNING]: No daemon runs on ${folder.path}.\n  Start it with unhosted serve.\n`
    )
  })

  it('shows a stack with --verbose alone', async () => {
    await using folder = await temporaryFolder()
    const { stderr } = await runProgram(['status', '--verbose', '--home', folder.path])
    expect(stderr).toMatch(/^\s+at /m)
  })

  it('completes commands, subcommands and flags', async () => {
    const complete = async (...words: string[]): Promise<readonly string[]> => {
      const { stdout } = await runProgram(['--get-yargs-completions', 'unhosted', ...words])
      return stdout.trim().split('\n')
    }
    expect(await complete('')).toEqual(expect.arrayContaining(['serve', 'pair', 'models', 'demo']))
    expect(await complete('models', '')).toEqual(['ls', 'import', 'pull', 'rm', 'show'])
    expect(await complete('serve', '--lend')).toContain('--lend-memory')
  })
})

describe('an old Node', () => {
  const pretend = (version: string): readonly string[] => {
    const code = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
    return ['--import', `data:text/javascript,${encodeURIComponent(code)}`]
  }
  const cases = [
    { id: '18', version: '18.20.0', refused: true },
    { id: '22 before 22.12', version: '22.11.0', refused: true },
    { id: '22.12', version: '22.12.0', refused: false },
    { id: '24', version: '24.0.0', refused: false }
  ]
  // Only the version is invented: under a Node that is not the bundled one, the bundled one would be started.
  it.each(cases)('$id', async ({ version, refused }) => {
    const { code, stdout, stderr } = await runProgram(['--version'], { nodeOptions: pretend(version) })
    if (!refused) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    else if (code === 1) expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('22.12')])
    else expect(stdout).toMatch(/^\d+\.\d+\.\d+/)
  })
})

describe('bad surroundings', () => {
  it('a home that is a file', async () => {
    await using folder = await temporaryFolder()
    const home = join(folder.path, 'file')
    await writeFile(home, '')
    for (const args of [['status'], ['serve', '--port', '0']]) {
      const { code, stdout } = await runProgram([...args, '--home', home, '--json'])
      expect(code).toBe(1)
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: 'HOME_UNUSABLE', advice: expect.stringContaining('--home') }
      })
    }
  })

  // A folder without permissions stops nobody who is root; one that the kernel refuses stops everybody.
  it.runIf(process.platform === 'linux')('a home that cannot be made', async () => {
    const { code, stdout } = await runProgram(['serve', '--port', '0', '--home', '/proc/unhosted', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'HOME_UNUSABLE' } })
  })

  it('a config file that does not parse, and one with a setting that does not exist', async () => {
    await using folder = await temporaryFolder()
    const config = join(folder.path, 'config.json')
    await writeFile(config, '{')
    const broken = await runProgram(['serve', '--home', folder.path, '--json'])
    expect(JSON.parse(broken.stdout)).toMatchObject({
      error: { code: 'HOME_CORRUPT', message: expect.stringContaining(config) }
    })
    await writeFile(config, '{"memroy":"80%"}')
    const unknown = await runProgram(['serve', '--home', folder.path, '--json'])
    expect(unknown.code).toBe(2)
    expect(JSON.parse(unknown.stdout)).toMatchObject({
      error: { code: 'CONFIG_INVALID', message: expect.stringContaining('memroy') }
    })
  })

  it('a port that another program uses', async () => {
    await using folder = await temporaryFolder()
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    try {
      const address = other.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const network = ['--p2p-port', '0', '--p2p-address', '127.0.0.1', '--no-mdns']
      const { code, stdout } = await runProgram([
        'serve',
        '--home',
        folder.path,
        '--port',
        `${port}`,
        ...network,
        '--json'
      ])
      expect(code).toBe(1)
      const last = stdout.trim().split('\n').at(-1) ?? ''
      expect(JSON.parse(last)).toMatchObject({
        error: { code: 'PORT_IN_USE', message: expect.stringContaining(`${port}`) }
      })
    } finally {
      other.close()
    }
  })
})

describe('a running daemon', () => {
  const answers: Partial<ControlService> = {
    status: async () => ({ ...daemonStatus, name: 'desk\u001b[31m', pid: 42 }),
    peers: async () => ({ peers: [], warnings: [] }),
    isModelLoaded: async () => ({ loaded: true }),
    subscribe: () => () => {}
  }

  it('is asked over its socket, and a second one on its home is refused', async () => {
    await using folder = await temporaryFolder()
    const paths = homePaths(folder.path)
    await prepareHome(paths)
    const server = createControlServer({
      paths,
      service: answers as ControlService,
      clock: systemClock,
      log: silentLog
    })
    await server.start(new AbortController().signal)
    try {
      const home = ['--home', folder.path]
      const status = await runProgram(['status', ...home, '--json'])
      expect(status).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(status.stdout)).toMatchObject({ pid: 42 })
      const plain = await runProgram(['status', ...home])
      expect(plain.stdout).toContain('desk')
      expect(plain.stdout).not.toContain('\u001b')
      const second = await runProgram(['serve', ...home, '--json'])
      expect(second.code).toBe(1)
      expect(JSON.parse(second.stdout)).toMatchObject({
        error: { code: 'DAEMON_RUNNING', message: expect.stringContaining('42') }
      })
      const loaded = await runProgram(['models', 'rm', 'tiny', ...home, '--json'])
      expect(JSON.parse(loaded.stdout)).toMatchObject({ error: { code: 'MODEL_IN_USE' } })
    } finally {
      await server.stop()
    }
  })
})
