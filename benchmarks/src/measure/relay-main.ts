import { connect, createServer, type Socket } from 'node:net'

// What a tunnel is held against: bytes passed on by a plain Node process, nothing done to them.
// Each line on standard input prints how many bytes went each way so far.
const port = Number(process.argv[2])
const sockets: Socket[] = []
const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
  sockets.push(upstream)
  client.pipe(upstream).pipe(client)
  client.on('error', () => upstream.destroy())
  upstream.on('error', () => client.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`)
})
process.stdin.on('data', () => {
  const sum = (key: 'bytesWritten' | 'bytesRead') => sockets.reduce((total, socket) => total + socket[key], 0)
  process.stdout.write(`${sum('bytesWritten')} ${sum('bytesRead')}\n`)
})
process.stdin.on('end', () => process.exit(0))
