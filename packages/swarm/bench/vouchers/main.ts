// How many vouchers one core signs and verifies in a second: npm run bench:vouchers

import { formatSpread, machineFacts, spread } from '@unhosted/benchmarks/measure'
import { microUsdc, toPico } from '@unhosted/core/units'
import {
  addressOf,
  checkVoucher,
  type Deployment,
  decodeSigned,
  encodeSigned,
  type Hex,
  isSignedBy,
  type Lane,
  laneId,
  signed
} from '../../src/deal/index.ts'

const count = 500
const rounds = 5
const bytes = (byte: string, length: number): Hex => `0x${byte.repeat(length)}`
const deployment: Deployment = { chainId: 8453, swarmLanes: bytes('a1', 20), providerStake: bytes('a2', 20) }

/** Each voucher of another lane and signer: nothing that one has computed helps with the next. */
const lanes = Array.from({ length: count }, (_, index) => {
  const key: Hex = `0x${(index + 1).toString(16).padStart(64, '0')}`
  const lane: Lane = {
    payer: bytes('10', 20),
    provider: bytes('20', 20),
    signer: addressOf(key),
    closeWindow: 86_400,
    nonce: BigInt(index)
  }
  const voucher = { laneId: laneId(lane), cumulative: microUsdc(BigInt(index)), ledgerHead: bytes('80', 32) }
  return {
    key,
    lane,
    voucher,
    text: JSON.stringify(encodeSigned('Voucher', signed('Voucher', voucher, deployment, key)))
  }
})
const given = lanes.map((row) => ({ ...row, signed: decodeSigned('Voucher', JSON.parse(row.text)) }))

const targets: Readonly<Record<string, () => void>> = {
  'sign a voucher': () => {
    for (const { voucher, key } of lanes) signed('Voucher', voucher, deployment, key)
  },
  'recover its signer and compare': () => {
    for (const row of given) {
      if (!isSignedBy('Voucher', row.signed, deployment, row.lane.signer)) throw new Error('a good voucher was refused')
    }
  },
  'parse it from JSON and check it against its lane': () => {
    for (const { lane, voucher, text } of lanes) {
      const total = toPico(voucher.cumulative)
      const terms = { deployment, lane, funded: voucher.cumulative, previous: null, total, ledgerHead: null }
      checkVoucher(decodeSigned('Voucher', JSON.parse(text)), terms)
    }
  }
}

/** Runs in a second. CPU time of this process, so that what else the machine does counts little. */
function perSecond(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (count * 1e6) / (user + system)
}

const { cpu, node, commit } = machineFacts()
process.stdout.write(`${cpu}, Node ${node}, ${commit}; ${count} vouchers, ${rounds} rounds: median (least to most)\n`)
for (const [name, work] of Object.entries(targets)) {
  work()
  const rates = Array.from({ length: rounds }, () => perSecond(work))
  process.stdout.write(`${name}: ${formatSpread(spread(rates))} in a second of one core\n`)
}
