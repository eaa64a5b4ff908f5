import { readFileSync } from 'node:fs'
import { types } from '@unhosted/core/swarm/deal'
import { describe, expect, it } from 'vitest'
import { job, receipts, total, voucher } from '../packages/core/src/swarm/deal/testing/sample-deal.ts'

const page = readFileSync(new URL('../packages/swarm/docs/structs.md', import.meta.url), 'utf8')
const section = (title: string): string => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
const rows = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/^\| `(\w+)` \| `([\w[\]]+)` \|/gm)].map(([, name = '', type = '']) => [name, type])

describe('packages/swarm/docs/structs.md', () => {
  it.each(Object.entries(types))('has the fields of %s, in their order', (kind, fields) => {
    expect(rows(section(kind))).toEqual(fields.map(({ name, type }) => [name, type]))
  })

  it('has the fields of what is not signed', () => {
    expect(rows(section('Lane')).map(([name]) => name)).toEqual(['payer', 'provider', 'signer', 'closeWindow', 'nonce'])
    expect(rows(section('Panel')).map(([name]) => name)).toEqual(['arbiters', 'threshold'])
  })

  it('has the figures of the sample deal', () => {
    const amounts = [job.maxCharge, ...receipts.map(({ chargedPico }) => chargedPico), total, voucher.cumulative]
    for (const amount of amounts) expect(section('A deal in figures')).toContain(amount.toLocaleString('en'))
  })
})
