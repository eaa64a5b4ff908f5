import { pairMessageSchema, pairProtocol } from '@unhosted/core/protocol'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ManualClock } from '../../base/testing/manual-clock.ts'
import { silentLog } from '../../log/index.ts'
import { pairByInvite, startTestPeering, type TestPeering, type TestPeeringOptions } from '../testing/peers.ts'
import { freeUdpPort } from '../testing/udp.ts'
import { createGreeter, lingerMs } from './greeting.ts'

// Real sockets and handshakes: a busy machine is slower, not wrong.
vi.setConfig({ testTimeout: 30_000 })

const signal = AbortSignal.timeout(60_000)

async function peering(name: string, options: TestPeeringOptions = {}): Promise<TestPeering> {
  const made = await startTestPeering(name, options)
  onTestFinished(() => made[Symbol.asyncDispose]())
  return made
}

const names = ({ host }: TestPeering): string[] => host.peers().map(({ name, state }) => `${name} ${state}`)

async function greet(from: TestPeering, to: TestPeering, message: object): Promise<string> {
  const connection = await from.host.switchboard.dial(to.host.peerId, to.host.addresses(), signal)
  const stream = await from.host.switchboard.openOn(connection, pairProtocol, signal)
  await stream.writeJson(message, { signal })
  const answer = await stream.readJson(pairMessageSchema, { signal, timeoutMs: 5000 })
  await stream.close()
  return 'name' in answer ? answer.name : answer.type
}

describe('machines on one network', () => {
  it('show each other by name within two seconds of the start of the later one, and hold no connection', async () => {
    const mdnsPort = await freeUdpPort()
    const a = await peering('desk', { mdnsPort })
    const began = performance.now()
    const b = await peering('attic', { mdnsPort })
    await expect.poll(() => [names(a), names(b)], { timeout: 5000 }).toEqual([['attic seen'], ['desk seen']])
    expect(performance.now() - began).toBeLessThan(2000)
    const open = (): number => [a, b].flatMap(({ host }) => host.switchboard.connections(other(host.peerId))).length
    const other = (peerId: string): string => (peerId === a.host.peerId ? b.host.peerId : a.host.peerId)
    await expect.poll(open, { timeout: 5000 }).toBe(0)
    expect(a.peersStore.all()).toEqual([])
  })

  it('can pair at once after that, and stay connected', async () => {
    const mdnsPort = await freeUdpPort()
    const clock = new ManualClock()
    const a = await peering('desk', { mdnsPort, clock })
    const b = await peering('attic', { mdnsPort, clock })
    const turned = async (): Promise<string[][]> => {
      await clock.advance(100)
      return [names(a), names(b)]
    }
    await expect.poll(turned, { timeout: 5000 }).toEqual([['attic seen'], ['desk seen']])
    await pairByInvite(a, b)
    const connections = (): number => a.host.switchboard.connections(b.host.peerId).length
    const before = connections()
    // A machine that only greeted is cut off by then.
    await clock.advance(lingerMs)
    expect(connections()).toBe(before)
    await a.host.inventories.refresh(b.host.peerId, { signal })
    expect([names(a), names(b)]).toEqual([['attic connected'], ['desk connected']])
  })
})

describe('a stranger that greets', () => {
  const greeting = { type: 'greet', name: 'mini', addresses: [] }

  it('is answered in kind, leaves nothing behind, and is sent away', async () => {
    const a = await peering('desk', { mdnsPort: await freeUdpPort() })
    const stranger = await peering('stranger')
    expect(await greet(stranger, a, greeting)).toBe('desk')
    await expect.poll(() => stranger.host.switchboard.connections(a.host.peerId).length, { timeout: 5000 }).toBe(0)
    expect(a.peersStore.all()).toEqual([])
    expect(a.host.peers()).toEqual([])
  })

  it('is not answered by a machine that is not to be found', async () => {
    const a = await peering('desk')
    await expect(greet(await peering('stranger'), a, greeting)).rejects.toMatchObject({ code: 'PEER_LOST' })
  })

  it('is not answered more than twenty times a minute', async () => {
    const a = await peering('desk', { mdnsPort: await freeUdpPort() })
    const stranger = await peering('stranger')
    const answers: string[] = []
    for (let index = 0; index < 24; index++) answers.push(await greet(stranger, a, greeting).catch(() => 'refused'))
    expect(answers.filter((answer) => answer === 'desk')).toHaveLength(20)
  })

  it.each([
    ['a name that moves the cursor', { ...greeting, name: '\u001b[2J' }],
    ['more than it should say', { ...greeting, radius: 'local' }],
    ['too many addresses', { ...greeting, addresses: Array(17).fill('/ip4/10.0.0.1/tcp/1') }]
  ])('with %s is not answered', async (_id, message) => {
    const a = await peering('desk', { mdnsPort: await freeUdpPort() })
    await expect(greet(await peering('stranger'), a, message)).rejects.toMatchObject({ code: 'PEER_LOST' })
  })
})

describe('machines that somebody made up', () => {
  it('are dialled sixty times a minute at most, all together', async () => {
    const { host, peersStore } = await peering('desk')
    const clock = new ManualClock()
    const dial = vi.spyOn(host.switchboard, 'dial').mockRejectedValue(new Error('nobody there'))
    const isPairing = (): boolean => false
    const greeter = createGreeter({ host, peersStore, isPairing, announcesSelf: true, clock, log: silentLog })
    onTestFinished(() => greeter.stop())
    for (let index = 0; index < 200; index++) {
      const peerId = `12D3KooW${String(index).padStart(44, 'A')}`
      greeter.greet({ peerId, addresses: ['/ip4/10.0.0.1/tcp/1'] })
    }
    await clock.advance(59_000)
    expect(dial).toHaveBeenCalledTimes(60)
  })
})
