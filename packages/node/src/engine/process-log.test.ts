import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../base/index.ts'
import { silentLog } from '../log/index.ts'
import { meaningfulLine, openProcessLog } from './process-log.ts'
import { testHome } from './testing/engine.ts'

describe('openProcessLog', () => {
  it('rotates by size and keeps a bounded number of files', async () => {
    await using home = await testHome()
    const folder = home.paths.engineLogs
    const output = openProcessLog({
      folder,
      name: 'rpc-server-0',
      rotateBytes: 2000,
      clock: systemClock,
      log: silentLog
    })
    const stream = new PassThrough()
    output.attach(stream)
    for (let index = 0; index < 100; index += 1) {
      stream.write(`line ${index} ${'x'.repeat(180)}\n`)
      await new Promise((resolve) => setImmediate(resolve))
    }
    stream.end()
    await output.close()
    const names = (await readdir(folder)).sort()
    expect(names).toContain('rpc-server-0.log')
    expect(names.length).toBeGreaterThan(1)
    expect(names.length).toBeLessThanOrEqual(4)
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4 * 3000)
  })

  it('keeps the last lines in memory, also one without its end', async () => {
    await using home = await testHome()
    const output = openProcessLog({ folder: home.paths.engineLogs, name: 'x', clock: systemClock, log: silentLog })
    const stream = new PassThrough()
    output.attach(stream)
    stream.write('a\nb')
    stream.write('c\nd')
    await new Promise((resolve) => setImmediate(resolve))
    expect(output.lines()).toEqual(['a', 'bc', 'd'])
    await output.close()
  })
})

describe('meaningfulLine', () => {
  it.each([
    {
      id: 'the cause, not its echoes',
      lines: [
        '0.00.013.487 I srv    load_model: loading model',
        "0.00.014.035 E llama_model_load: error loading model: tensor 'blk.0.x' data is not within the file bounds",
        '0.00.014.059 E llama_model_load_from_file_impl: failed to load model',
        '0.00.014.537 E srv  llama_server: exiting due to model loading error'
      ],
      expected: "llama_model_load: error loading model: tensor 'blk.0.x' data is not within the file bounds"
    },
    {
      id: 'a warning is no cause',
      lines: [
        '0.00.010.868 W srv  llama_server: security: no API key is set, unknown',
        'Failed to create server socket'
      ],
      expected: 'Failed to create server socket'
    },
    {
      id: 'an echo is better than nothing',
      lines: ['0.00.1.1 I hello', '0.00.011.044 E srv  llama_server: exiting due to HTTP server error'],
      expected: 'srv llama_server: exiting due to HTTP server error'
    },
    { id: 'no complaint: the last line', lines: ['one', 'two'], expected: 'two' },
    { id: 'escape sequences are taken out', lines: ['error: \u001b[31mred'], expected: 'error: [31mred' },
    { id: 'silence', lines: [], expected: null }
  ])('$id', ({ lines, expected }) => {
    expect(meaningfulLine(lines)).toBe(expected)
  })
})
