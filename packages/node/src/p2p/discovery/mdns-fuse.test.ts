import { createSocket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { PeerDiscovery, Startable } from '@libp2p/interface'
import { mdns } from '@libp2p/mdns'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { encode } from 'dns-packet'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock } from '../../base/testing/manual-clock.ts'
import { silentLog } from '../../log/index.ts'
import { createLibp2pNode } from '../streams/libp2p-node.ts'
import { freeUdpPort } from '../testing/udp.ts'
import { createMdnsFuse, type MdnsFuse, socketOf } from './mdns-fuse.ts'

/** A discovery service that counts its starts and stops. */
class FakeService implements Startable {
  mdns: EventEmitter | undefined = new EventEmitter()
  readonly calls: string[] = []
  async start(): Promise<void> {
    this.mdns = new EventEmitter()
    this.calls.push('start')
  }
  async stop(): Promise<void> {
    this.mdns = undefined
    this.calls.push('stop')
  }
}

function fixture(): { service: FakeService; clock: ManualClock; fuse: MdnsFuse } {
  const service = new FakeService()
  const clock = new ManualClock()
  const fuse = createMdnsFuse({ service, clock, log: silentLog })
  onTestFinished(() => fuse.stop())
  fuse.arm()
  return { service, clock, fuse }
}

/** A packet counts as eight records and those that it has: 32 here. */
const packet = { type: 'response', answers: Array(20).fill({}), additionals: Array(4).fill({}) }
const read = ({ service }: { service: FakeService }, packets: number): void => {
  for (let index = 0; index < packets; index++) service.mdns?.emit('packet', packet)
}

describe('the fuse of mDNS', () => {
  it('leaves it alone up to 8,192 records a second', async () => {
    const made = fixture()
    for (let second = 0; second < 3; second++) {
      read(made, 256)
      await made.clock.advance(1000)
    }
    expect(made.service.calls).toEqual([])
  })

  it('takes it off the network for five seconds beyond that, and watches it again afterwards', async () => {
    const made = fixture()
    read(made, 257)
    await made.clock.advance(0)
    await made.clock.advance(4999)
    expect(made.service.calls).toEqual(['stop'])
    await made.clock.advance(1)
    expect(made.service.calls).toEqual(['stop', 'start'])
    read(made, 257)
    expect(made.service.calls).toEqual(['stop', 'start', 'stop'])
  })

  it('counts packets that are none, too', () => {
    const { service } = fixture()
    for (let index = 0; index < 17; index++) service.mdns?.emit('warning', new Error('not a packet'))
    expect(service.calls).toEqual(['stop'])
  })

  it('does not start it again once it was stopped', async () => {
    const made = fixture()
    read(made, 257)
    await made.clock.advance(0)
    made.fuse.stop()
    await made.clock.advance(60_000)
    expect(made.service.calls).toEqual(['stop'])
    expect(made.clock.pending).toBe(0)
  })
})

describe('@libp2p/mdns', () => {
  it('has the socket that the fuse watches', async () => {
    const port = await freeUdpPort()
    const privateKey = await generateKeyPair('Ed25519')
    const made = Promise.withResolvers<PeerDiscovery>()
    const node = await createLibp2pNode({
      identity: { peerId: peerIdFromPrivateKey(privateKey).toString(), privateKey, created: true },
      hosts: ['127.0.0.1'],
      port: 0,
      gater: {},
      isPaired: () => false,
      discovery: (components) => {
        const service = mdns({ port })(components)
        made.resolve(service)
        return service
      }
    })
    onTestFinished(() => node.stop())
    await node.start()
    const socket = socketOf(await made.promise)
    expect(socket).not.toBeNull()
    if (socket === null) return
    const heard = once(socket, 'packet')
    const sender = createSocket('udp4')
    onTestFinished(() => void sender.close())
    sender.send(encode({ type: 'query', questions: [{ type: 'A', name: 'host.local' }] }), port, '127.0.0.1')
    expect(await heard).toMatchObject([{ questions: expect.any(Array), answers: expect.any(Array) }, {}])
  })
})
