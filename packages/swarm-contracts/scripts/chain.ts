// `npm run chain`: a development chain on loopback with the swarm's contracts, until Ctrl-C.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatDeployment } from '../src/deployment.ts'
import { type DevChain, startDevChain } from '../src/dev-chain.ts'
import { isBaseError } from '../src/errors.ts'

const usage = `A development chain on loopback, with MockUSDC, SwarmLanes, ProviderStake and funded accounts.

  npm run chain -- [--port 8545] [--block-time SECONDS] [--folder .cache/chain]

  --port        TCP port; 0 takes any that is free. Default 8545
  --block-time  mine a block every so many seconds; otherwise each transaction gets one at once
  --folder      where dev-chain.json goes while the chain runs. Default: .cache/chain in the checkout
`

const checkout = fileURLToPath(new URL('../../../', import.meta.url))

interface Settings {
  readonly port: number
  readonly blockTimeSeconds?: number
  readonly folder: string
}

function parseSettings(args: readonly string[]): Settings {
  const text = { type: 'string' } as const
  const options = { port: text, 'block-time': text, folder: text, help: { type: 'boolean' } } as const
  const { values } = parseArgs({ args: [...args], options })
  if (values.help) throw new UsageError('')
  const port = wholeNumber('--port', values.port ?? '8545', 0, 65_535)
  const blockTime = values['block-time']
  return {
    port,
    ...(blockTime !== undefined && { blockTimeSeconds: wholeNumber('--block-time', blockTime, 1, 3_600) }),
    folder: values.folder === undefined ? join(checkout, '.cache', 'chain') : resolve(values.folder)
  }
}

class UsageError extends Error {}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UsageError(`${flag} takes a whole number from ${least} to ${most}, not "${text}".`)
}

function describe(chain: DevChain, file: string): string {
  const rows = chain.accounts.map(({ address, privateKey }, index) => `  ${index}  ${address}  ${privateKey}`)
  return `Development chain
  RPC            ${chain.rpc}
  chain id       ${chain.chainId}
  MockUSDC       ${chain.usdc}  (signs as "${chain.token.name}", version ${chain.token.version})
  SwarmLanes     ${chain.swarmLanes}
  ProviderStake  ${chain.providerStake}  (dispute bond ${usdc(chain.disputeBond)} USDC)

Accounts, each with 10,000 ether and 1,000,000 USDC; account 0 owns the token and may mint more
${rows.join('\n')}

These are the well-known development keys of anvil. Everyone has them: they are worth nothing, and whatever is sent
to them on a public chain is gone.

For programs: ${file}
For wallet and swarm commands, in another terminal:
  unhosted swarm use --rpc ${chain.rpc} --deployment ${file}
Ctrl-C ends it, and nothing of it is kept.
`
}

const usdc = (micro: bigint): string =>
  `${micro / 1_000_000n}.${String(micro % 1_000_000n).padStart(6, '0')}`.replace(/\.?0+$/, '')

async function main(): Promise<void> {
  const { folder, ...settings } = parseSettings(process.argv.slice(2))
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort())
  const chain = await startDevChain({ ...settings, signal: stopping.signal })
  const file = join(folder, 'dev-chain.json')
  try {
    const { exited, stop, ...facts } = chain
    await mkdir(folder, { recursive: true })
    await writeFile(file, formatDeployment(facts), { mode: 0o600 })
    process.stdout.write(describe(chain, file))
    await Promise.race([exited, aborted(stopping.signal)])
    if (!stopping.signal.aborted) throw new Error('anvil ended by itself')
  } finally {
    await chain.stop()
    await rm(file, { force: true })
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

function report(error: unknown): void {
  if (error instanceof UsageError || (error instanceof TypeError && 'code' in error)) {
    process.stderr.write(`${error.message === '' ? '' : `${error.message}\n\n`}${usage}`)
    process.exitCode = 2
  } else if (isBaseError(error)) {
    process.stderr.write(`${error.message}\n${error.advice}\n`)
    process.exitCode = 1
  } else if (!(error instanceof DOMException && error.name === 'AbortError')) {
    throw error
  }
}

await main().catch(report)
