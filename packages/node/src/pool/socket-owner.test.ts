import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { clientUid, isOwnConnection } from './socket-owner.ts'
import { asHostPair, fakeHosts, leaseSetup } from './testing/index.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 100 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000  1000        0 101 1 0 20 4 30 10 -1
   2: 0100007F:C000 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 102 1 0 20 4 30 10 -1
   3: 0200007F:C001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1002        0 103 1 0 20 4 30 10 -1
`

it.each([
  ['the client, not the server', { clientPort: 0xc000, serverPort: 0x1f90 }, 1001],
  ['nobody where the client has another address', { clientPort: 0xc001, serverPort: 0x1f90 }, null],
  ['nobody where the connection is gone', { clientPort: 0xc002, serverPort: 0x1f90 }, null]
])('finds %s', (_id, ends, uid) => {
  expect(clientUid(table, ends)).toBe(uid)
})

it('does not take a connection that is not there for our own', async () => {
  expect(await isOwnConnection({ clientPort: 1, serverPort: 1 })).toBe(process.platform !== 'linux')
})

// Only root can be someone else.
if (process.platform === 'linux' && process.getuid?.() === 0) {
  it('keeps another user of the machine out of a lease', async () => {
    const hosts = fakeHosts({ address: '127.0.0.1' })
    const { borrow, engine, stop } = await leaseSetup(asHostPair(hosts))
    cleanups.push(stop)
    const lease = await borrow()
    const port = lease.endpoint.split(':')[1]
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; echo hello >&3; head -c 6 <&3`
    const reply = async (uid: number): Promise<string> => {
      const child = spawn('bash', ['-c', script], { uid, stdio: ['ignore', 'pipe', 'ignore'] })
      cleanups.push(async () => {
        child.kill('SIGKILL')
      })
      let text = ''
      child.stdout.on('data', (chunk) => {
        text += chunk
      })
      await once(child, 'close')
      return text
    }
    expect(await reply(65534)).toBe('')
    expect(engine.connectionsAccepted).toBe(0)
    expect(await reply(0)).toBe('hello\n')
  })
}
