import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createPublicClient, http } from 'viem'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseDeployment, parseDevChainFile } from '../src/deployment.ts'
import { verifySwarm } from '../src/verify.ts'

const script = fileURLToPath(new URL('chain.ts', import.meta.url))

let folder: string
let stop: () => void = () => {}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unhosted-chain-'))
})
afterEach(async () => {
  stop()
  await rm(folder, { recursive: true, force: true })
})

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--conditions=source', script, ...args, '--folder', folder])
  stop = () => child.kill('SIGTERM')
  return { child, exit: once(child, 'close'), stderr: text(child.stderr) }
}

it('says what runs where, writes it down, and leaves nothing on Ctrl-C', async () => {
  const { child, exit } = start('--port', '0', '--block-time', '60')
  let said = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    said += chunk
    if (said.includes('Ctrl-C')) break
  }
  const written = await readFile(join(folder, 'dev-chain.json'), 'utf8')
  const chain = parseDevChainFile(written)
  for (const fact of [chain.rpc, '31337', chain.usdc, chain.swarmLanes, chain.providerStake])
    expect(said).toContain(fact)
  for (const { address } of chain.accounts) expect(said).toContain(address)
  expect(said).toContain('worth nothing')
  const client = createPublicClient({ transport: http(chain.rpc) })
  expect(await verifySwarm(client, parseDeployment(written))).toMatchObject({ name: chain.token.name })

  child.kill('SIGINT')
  expect(await exit).toEqual([0, null])
  expect(await readdir(folder)).toEqual([])
  await expect(fetch(chain.rpc)).rejects.toThrow('fetch failed')
})

it.each([
  ['a port that is none', ['--port', 'x'], '--port takes a whole number'],
  ['a block time of nothing', ['--block-time', '0'], '--block-time takes a whole number'],
  ['a flag that is not there', ['--prot', '1'], '--prot']
])('%s is refused with the usage', async (_, args, problem) => {
  const { exit, stderr } = start(...args)
  expect(await exit).toEqual([2, null])
  expect(await stderr).toContain(problem)
  expect(await stderr).toContain('npm run chain')
})
