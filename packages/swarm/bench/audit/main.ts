import { parseArgs } from 'node:util'
import { machineFacts, spread } from '@unhosted/benchmarks/measure'
import { type AuditTrust, publicHalf, renderBundle, verifyBundle } from '../../src/audit-log/index.ts'
import { deployment, jobKeys, type LogShape, logKey, sampleBundle, witnesses } from './sample.ts'

// How long it takes to verify a bundle: text in, verdict out, on the one thread that JavaScript has.

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    entries: { type: 'string', default: '100000' }
  }
})
const entries = Number(values.entries)
const shapes: readonly LogShape[] = [
  { entries, deals: 0, earlier: 24, excerpt: false },
  { entries, deals: 10, earlier: 24, excerpt: false },
  { entries, deals: 100, earlier: 24, excerpt: false },
  { entries, deals: 10, earlier: 24, excerpt: true }
]
const trust: AuditTrust = {
  log: publicHalf(logKey),
  witnesses,
  quorum: 2,
  seen: null,
  now: 2_000_000_000,
  deployment,
  jobKeys,
  owner: 'payer'
}

const seconds = (millis: readonly number[]): string => `${(spread(millis).median / 1000).toFixed(2)} s`

const { cpu, node, commit } = machineFacts()
const line = (...cells: readonly string[]): void => void process.stdout.write(`| ${cells.join(' | ')} |\n`)
process.stdout.write(`${cpu}, Node ${node}, commit ${commit}; median of ${values.runs} runs\n\n`)
line('bundle', 'size', 'checkpoints', 'Ed25519', 'secp256k1', 'time', 'CPU')
line('---', '---:', '---:', '---:', '---:', '---:', '---:')
for (const shape of shapes) {
  const text = renderBundle(sampleBundle(shape))
  const times: number[] = []
  const cpuTimes: number[] = []
  for (let run = 0; run < Number(values.runs); run += 1) {
    const started = performance.now()
    const cpuStarted = process.cpuUsage()
    const verdict = verifyBundle(text, trust)
    times.push(performance.now() - started)
    const { user, system } = process.cpuUsage(cpuStarted)
    cpuTimes.push((user + system) / 1000)
    if (!verdict.ok) throw verdict.error
    if (run > 0) continue
    const { checkpoints, cosignatures, signatures } = verdict.verified
    const name = `${entries} entries, ${shape.excerpt ? 'an excerpt, ' : ''}${10 * shape.deals} shown`
    const size = `${(text.length / 1e6).toFixed(2)} MB`
    process.stdout.write(`| ${name} | ${size} | ${checkpoints} | ${checkpoints + cosignatures} | ${signatures} |`)
  }
  process.stdout.write(` ${seconds(times)} | ${seconds(cpuTimes)} |\n`)
}
