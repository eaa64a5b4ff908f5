import { describe, expect, it } from 'vitest'
import { defaultGrants, grantsSchema, peerRecordSchema } from './peer-record.ts'

const record = {
  peerId: '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
  name: 'mini',
  radius: 'local',
  addresses: [],
  pairedAt: 0
}

describe('grants', () => {
  it('drop the field that earlier versions wrote', () => {
    const old = { ...record, grants: { infer: true, pool: true, models: true } }
    expect(peerRecordSchema.parse(old).grants).toEqual(defaultGrants.local)
  })

  it.each([{ infer: true }, { pool: true }, {}, { infer: 'yes', pool: true }])('refuse %j', (grants) => {
    expect(grantsSchema.safeParse(grants).success).toBe(false)
  })
})
