import { describe, expect, it } from 'vitest'
import { parseProcStat, parsePs, processIdentity } from './process-identity.ts'

const stat = (name: string, state: string): string =>
  `4242 (${name}) ${state} 1 4242 4242 0 -1 4194304 100 0 0 0 70 30 0 0 20 0 8 0 99887766 1000 200 18446744073709551615`

describe('parseProcStat', () => {
  it.each([
    { id: 'running', text: stat('llama-server', 'S'), state: 'S' },
    { id: 'stopped', text: stat('llama-server', 'T'), state: 'T' },
    { id: 'name with spaces and parentheses', text: stat('a) R (b', 'Z'), state: 'Z' }
  ])('$id', ({ text, state }) => {
    expect(parseProcStat(text)).toEqual({ state, cpuTicks: 100, startTicks: '99887766' })
  })

  it.each([
    { id: 'empty', text: '' },
    { id: 'cut off', text: '4242 (x) S 1' }
  ])('$id is no process', ({ text }) => {
    expect(parseProcStat(text)).toBeNull()
  })
})

describe('parsePs', () => {
  it.each([
    {
      id: 'running',
      text: 'Ss   Sat Nov 21 08:43:33 2026 /opt/llama-server --model x\n',
      expected: { started: 'Sat Nov 21 08:43:33 2026', binary: '/opt/llama-server --model x', stopped: false }
    },
    {
      id: 'stopped, day of one digit',
      text: 'T+   Sun Nov  1 00:00:01 2026 /opt/ggml-rpc-server\n',
      expected: { started: 'Sun Nov 1 00:00:01 2026', binary: '/opt/ggml-rpc-server', stopped: true }
    }
  ])('$id', ({ text, expected }) => {
    expect(parsePs(text)).toEqual({ ...expected, cpuTicks: null })
  })

  it.each([
    { id: 'nothing', text: '' },
    { id: 'zombie', text: 'Z    Sat Nov 21 08:43:33 2026 <defunct>' }
  ])('$id is no process', ({ text }) => {
    expect(parsePs(text)).toBeNull()
  })
})

describe('processIdentity', () => {
  it('is the same at each look at a living process', async () => {
    const first = await processIdentity(process.pid)
    expect(first?.started).toMatch(/\S/)
    expect((await processIdentity(process.pid))?.started).toBe(first?.started)
  })

  it('is null for a pid that nobody has', async () => {
    expect(await processIdentity(2 ** 22 + 1)).toBeNull()
  })
})
