import { describe, expect, it } from 'vitest'
import { listeningInode } from './listening.ts'

describe('listeningInode', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:C350 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1',
    '   1: 0100007F:C351 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1',
    '   2: 00000000:C352 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1'
  ].join('\n')

  it.each([
    { id: 'listening on loopback', port: 50_000, inode: '4711' },
    { id: 'connected, not listening', port: 50_001, inode: null },
    { id: 'listening on all interfaces', port: 50_002, inode: null },
    { id: 'not there', port: 50_003, inode: null }
  ])('$id', ({ port, inode }) => {
    expect(listeningInode(table, port)).toBe(inode)
  })
})
