import { PassThrough } from 'node:stream'
import type { DaemonEvent, PairingView, PeerView } from '@unhosted/core/control'
import type { ControlClient } from '@unhosted/node/control'
import { homePaths } from '@unhosted/node/store'
import { recordingOutput } from '@unhosted/terminal/testing'
import { describe, expect, it } from 'vitest'
import type { CommandContext } from '../../command/context.ts'
import { pair } from './index.ts'

const peerId = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const seen: PeerView = {
  peerId,
  name: 'attic',
  paired: false,
  radius: null,
  grants: null,
  state: 'seen',
  addresses: [],
  devices: [],
  models: [],
  engineVersion: null,
  cannotPool: null,
  link: null
}

function view(state: PairingView['state'], changes: Partial<PairingView> = {}): PairingView {
  const digits = state === 'compare' || state === 'paired' ? '123456' : null
  return {
    id: 'p',
    peerId,
    peerName: 'attic',
    initiatedHere: true,
    radius: 'local',
    digits,
    state,
    error: null,
    ...changes
  }
}

/** A daemon that is told what happens, and remembers what it was asked. */
function fakeDaemon(peers: readonly PeerView[] = []) {
  const calls: [name: string, request: unknown][] = []
  let wake = Promise.withResolvers<void>()
  const queue: DaemonEvent[] = []
  const emit = (pairing: PairingView): void => {
    queue.push({ event: 'pairing', pairing })
    wake.resolve()
    wake = Promise.withResolvers()
  }
  async function* events(signal: AbortSignal): AsyncGenerator<DaemonEvent> {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    for (;;) {
      const next = queue.shift()
      if (next !== undefined) yield next
      else if (signal.aborted) return
      else await Promise.race([wake.promise, ended])
    }
  }
  const client: Partial<ControlClient> = {
    events: async ({ signal }) => events(signal),
    peers: async () => ({ peers, warnings: [] }),
    pendingPairings: async () => [],
    offerPairing: async (request) => {
      calls.push(['offer', request])
      return view('offered')
    },
    confirmPairing: async (request) => {
      calls.push(['confirm', request])
      return request.accept ? view('waiting') : view('failed')
    },
    acceptInvite: async (request) => {
      calls.push(['accept', request])
      return { peerId, name: 'attic', radius: 'local' }
    }
  }
  return { client: client as ControlClient, calls, emit }
}

function setUp(
  options: { readonly peers?: readonly PeerView[]; readonly isTTY?: boolean; readonly json?: boolean } = {}
) {
  const daemon = fakeDaemon(options.peers)
  const input = Object.assign(new PassThrough(), { isTTY: options.isTTY ?? true })
  const output = recordingOutput({ json: options.json ?? false })
  const interrupt = new AbortController()
  const context: CommandContext = {
    output,
    input: input as unknown as CommandContext['input'],
    screen: process.stdout,
    paths: homePaths('/nonexistent'),
    environment: {},
    verbose: false,
    signal: interrupt.signal,
    fail: () => {},
    client: daemon.client
  }
  const run = (args: Readonly<Record<string, unknown>>): Promise<void> => pair.run({ expires: '10m', ...args }, context)
  return { ...daemon, input, output, interrupt, run }
}

describe('pair', () => {
  it('offers, shows the digits, asks, and waits for the other side', async () => {
    const { run, emit, input, output, calls } = setUp()
    const done = run({ peer: 'attic' })
    emit(view('compare', { id: 'of someone else', digits: '999999' }))
    emit(view('compare'))
    input.write('y\n')
    emit(view('waiting'))
    emit(view('paired'))
    await done
    expect(calls).toEqual([
      ['offer', { peer: 'attic', address: null, radius: 'local' }],
      ['confirm', { id: 'p', accept: true, radius: 'local' }]
    ])
    expect(output.printed()).toContain('123 456')
    expect(output.printed()).not.toContain('999 999')
    expect(output.printed()).toContain('Paired with attic (local).')
  })

  it.each([
    { id: 'no', answer: 'n' },
    { id: 'Enter', answer: '' },
    { id: 'anything else', answer: 'yellow' }
  ])('takes $id for digits that differ', async ({ answer }) => {
    const { run, emit, input, calls } = setUp()
    const done = run({ peer: 'attic', radius: 'trusted' })
    emit(view('compare'))
    input.write(`${answer}\n`)
    await expect(done).rejects.toMatchObject({ code: 'PAIRING_REFUSED' })
    expect(calls.at(-1)).toEqual(['confirm', { id: 'p', accept: false, radius: 'trusted' }])
  })

  it('lets the person choose among the machines that were seen', async () => {
    const paired = { ...seen, name: 'known', paired: true }
    const { run, emit, input, output, calls } = setUp({ peers: [paired, seen] })
    const done = run({ yes: false })
    input.write('7\n1\n')
    await expect.poll(() => calls).toHaveLength(1)
    emit(view('compare'))
    input.write('y\n')
    emit(view('paired'))
    await done
    expect(calls[0]).toEqual(['offer', { peer: peerId, address: null, radius: 'local' }])
    expect(output.printed()).toContain('There is no number 7.')
    expect(output.printed()).not.toContain('known')
  })

  it('stops asking whom to choose when the other machine offers first', async () => {
    const { run, emit, input, output } = setUp({ peers: [seen] })
    const done = run({})
    emit(view('compare', { initiatedHere: false }))
    await expect.poll(() => output.printed()).toContain('same digits?')
    input.write('yes\n')
    emit(view('paired', { initiatedHere: false }))
    await done
  })

  it('says what failed on the other side', async () => {
    const { run, emit } = setUp()
    const done = run({ address: '10.0.0.2:7778' })
    emit(view('failed', { error: { code: 'PAIRING_TIMEOUT', message: 'Nobody confirmed.', advice: 'Again.' } }))
    await expect(done).rejects.toMatchObject({ code: 'PAIRING_TIMEOUT', advice: 'Again.' })
  })

  it('accepts with --yes and prints one document with --json', async () => {
    const { run, emit, output } = setUp({ json: true, isTTY: false })
    const done = run({ peer: peerId, yes: true })
    emit(view('compare'))
    emit(view('paired'))
    await done
    expect(JSON.parse(output.printed())).toEqual({
      paired: { peerId, name: 'attic', radius: 'local' },
      digits: '123456'
    })
  })

  it.each([
    { id: 'whoever comes', args: {} },
    { id: 'a name, which anyone can take', args: { peer: 'attic' } },
    { id: 'an address, where anyone may answer', args: { address: '10.0.0.2:7778' } }
  ])('does not accept $id unasked', async ({ args }) => {
    const { run, emit, calls } = setUp()
    emit(view('compare', { initiatedHere: false }))
    await expect(run({ ...args, yes: true })).rejects.toMatchObject({ code: 'USAGE' })
    expect(calls).toEqual([])
  })

  it('accepts an address that names the key there', async () => {
    const { run, emit, calls } = setUp()
    const address = `/ip4/10.0.0.2/tcp/7778/p2p/${peerId}`
    const done = run({ address, yes: true })
    emit(view('compare'))
    emit(view('paired'))
    await done
    expect(calls[0]).toEqual(['offer', { peer: null, address, radius: 'local' }])
  })

  it('does not ask a program', async () => {
    const { run, calls } = setUp({ json: true })
    await expect(run({ peer: 'attic' })).rejects.toMatchObject({ code: 'USAGE' })
    expect(calls).toEqual([])
  })

  it('needs an answer or --yes where the input has ended', async () => {
    const { run, emit, input } = setUp({ isTTY: false })
    input.end()
    const done = run({ peer: 'attic' })
    emit(view('compare'))
    await expect(done).rejects.toMatchObject({ code: 'USAGE', advice: expect.stringContaining('--yes') })
  })

  it('ends on Ctrl-C while it waits', async () => {
    const { run, interrupt, output } = setUp({ isTTY: false })
    const done = run({})
    await expect.poll(() => output.noted()).toContain('Waiting')
    interrupt.abort(new Error('interrupted'))
    await expect(done).rejects.toBeInstanceOf(Error)
  })

  it('withdraws on Ctrl-C while the digits are compared', async () => {
    const { run, emit, interrupt, output, calls } = setUp()
    const done = run({ peer: 'attic' })
    emit(view('compare'))
    await expect.poll(() => output.printed()).toContain('same digits?')
    interrupt.abort(new Error('interrupted'))
    await expect(done).rejects.toThrow('interrupted')
    expect(calls.at(-1)).toEqual(['confirm', { id: 'p', accept: false, radius: 'local' }])
  })

  it.each([
    { id: 'with the radius of the invite', radius: undefined, given: null },
    { id: 'with a radius of its own', radius: 'trusted', given: 'trusted' }
  ])('takes an invite $id', async ({ radius, given }) => {
    const { run, calls } = setUp()
    await run({ peer: 'unhosted://pair?x', ...(radius !== undefined && { radius }) })
    expect(calls).toEqual([['accept', { invite: 'unhosted://pair?x', radius: given }]])
  })

  it('makes no invite for a named machine', async () => {
    const { run } = setUp()
    await expect(run({ invite: true, peer: 'attic' })).rejects.toMatchObject({ code: 'USAGE' })
  })
})
