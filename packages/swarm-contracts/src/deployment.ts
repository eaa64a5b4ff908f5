import { getAddress, type Hex, isAddress } from 'viem'
import { z } from 'zod'
import type { SwarmDeployment } from './deploy.ts'
import { BaseError } from './errors.ts'

const address = z
  .string()
  .refine((text) => isAddress(text))
  .transform((text) => getAddress(text))
const count = z.number().int().nonnegative()
const amount = z
  .string()
  .regex(/^\d{1,39}$/)
  .transform(BigInt)

const schema = z.object({
  chainId: count,
  usdc: address,
  swarmLanes: address,
  providerStake: address,
  disputeBond: amount,
  fromBlock: amount,
  token: z.object({ name: z.string().min(1).max(64), version: z.string().min(1).max(16) })
})

const devSchema = schema.extend({
  rpc: z.url({ protocol: /^https?$/ }),
  accounts: z
    .array(
      z.object({ address, privateKey: z.custom<Hex>((key) => typeof key === 'string' && /^0x[0-9a-f]{64}$/.test(key)) })
    )
    .min(1)
    .max(100)
})

/** A development chain as `npm run chain` writes it down. Its keys are public knowledge and worth nothing. */
export type DevChainFile = z.output<typeof devSchema>

/** A deployment as text: JSON, amounts as decimal strings. */
export function formatDeployment(deployment: SwarmDeployment | DevChainFile): string {
  return `${JSON.stringify(deployment, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`
}

/**
 * Parse what `formatDeployment` made; more fields may follow, so the file of a development chain is a deployment too.
 * @throws BaseError DEPLOYMENT_MALFORMED
 */
export function parseDeployment(text: string): SwarmDeployment {
  return parse(schema, text)
}

/**
 * Parse the file of a development chain.
 * @throws BaseError DEPLOYMENT_MALFORMED
 */
export function parseDevChainFile(text: string): DevChainFile {
  return parse(devSchema, text)
}

function parse<S extends z.ZodType>(what: S, text: string): z.output<S> {
  const malformed = (problem: string, cause: unknown): BaseError =>
    new BaseError('DEPLOYMENT_MALFORMED', `The deployment file does not parse: ${problem}.`, {
      advice: 'Write it again, with npm run chain or unhosted swarm deploy.',
      cause
    })
  if (text.length > 100_000) throw malformed('it is longer than 100,000 characters', undefined)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw malformed('it is not JSON', cause)
  }
  const { success, data, error } = what.safeParse(json)
  if (success) return data
  const issue = error.issues[0]
  throw malformed(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'invalid'}`, error)
}
