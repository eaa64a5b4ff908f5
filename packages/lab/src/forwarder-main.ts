import { unlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'

// Runs inside a host's namespace: a Unix socket, which crosses namespaces, for each loopback port asked for.
// The first line of a connection is the port; the rest is passed on both ways.
const socketPath = process.argv[2]
if (socketPath === undefined) throw new Error('usage: forwarder-main SOCKET')

const server = createServer({ allowHalfOpen: true }, (client) => {
  let head = Buffer.alloc(0)
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf(10)
    if (end < 0) return
    client.off('data', onHead)
    client.pause()
    const port = Number(head.subarray(0, end).toString('ascii'))
    const upstream = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    upstream.write(head.subarray(end + 1))
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    upstream.on('error', () => client.destroy())
  }
  client.on('data', onHead)
  client.on('error', () => {})
})
server.listen(socketPath, () => process.stdout.write('ready\n'))
// The lab holds our standard input open; when it dies, so do we.
process.stdin.on('end', () => {
  unlinkSync(socketPath)
  process.exit(0)
})
process.stdin.resume()
