import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

// A machine that nobody paired: opens every protocol given after the address, sends what looks like a first
// message, and prints what came of each as one JSON line.
const [address, ...protocols] = process.argv.slice(2)
if (address === undefined) throw new Error('usage: stranger-main MULTIADDR PROTOCOL...')

const node = await createLibp2p({
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify() }
})

async function attempt(protocol: string): Promise<{ readonly outcome: string; readonly bytes: number }> {
  try {
    const stream = await node.dialProtocol(multiaddr(address), protocol, { signal: AbortSignal.timeout(5000) })
    const message = Buffer.from(JSON.stringify({ type: 'request' }))
    stream.send(Buffer.concat([Buffer.from([message.length]), message]))
    let bytes = 0
    const late = setTimeout(() => stream.abort(new Error('still open')), 3000)
    try {
      for await (const chunk of stream) bytes += chunk.byteLength
      return { outcome: 'closed', bytes }
    } catch (error) {
      return { outcome: error instanceof Error ? error.message : String(error), bytes }
    } finally {
      clearTimeout(late)
    }
  } catch (error) {
    return { outcome: error instanceof Error ? error.name : String(error), bytes: 0 }
  }
}

const results: Record<string, { readonly outcome: string; readonly bytes: number }> = {}
for (const protocol of protocols) results[protocol] = await attempt(protocol)
const [connection] = node.getConnections()
const peer = connection === undefined ? null : await node.peerStore.get(connection.remotePeer)
console.log(JSON.stringify({ results, offered: peer?.protocols ?? [] }))
await node.stop()
