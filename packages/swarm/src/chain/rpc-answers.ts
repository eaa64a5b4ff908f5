import { z } from 'zod'

// What an RPC endpoint may answer. It is a stranger's server: what is not bounded here is not believed.

const maxDataDigits = 2 * 512 * 1024

const hexOf = (bytes: number): z.ZodString => z.string().regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`))
const hash = hexOf(32)
const address = hexOf(20)
const data = z
  .string()
  .max(maxDataDigits + 2)
  .regex(/^0x(?:[0-9a-fA-F]{2})*$/)
const quantity = z.string().regex(/^0x[0-9a-fA-F]{1,64}$/)
/** Block numbers, log indexes, chain ids: what must fit into a JavaScript number. */
const smallQuantity = z.string().regex(/^0x[0-9a-fA-F]{1,12}$/)

const log = z.looseObject({
  address,
  topics: z.array(hash).max(4),
  data,
  blockNumber: smallQuantity,
  blockHash: hash,
  transactionHash: hash,
  logIndex: smallQuantity,
  removed: z.boolean().optional()
})

const block = z.looseObject({
  number: smallQuantity,
  hash,
  parentHash: hash,
  timestamp: smallQuantity,
  baseFeePerGas: quantity.optional()
})

const receipt = z.looseObject({
  transactionHash: hash,
  blockHash: hash,
  blockNumber: smallQuantity,
  status: z.enum(['0x0', '0x1']),
  gasUsed: quantity,
  effectiveGasPrice: quantity.optional(),
  logs: z.array(log).max(10_000)
})

const answers: Readonly<Record<string, z.ZodType>> = {
  eth_chainId: smallQuantity,
  eth_blockNumber: smallQuantity,
  eth_getTransactionCount: smallQuantity,
  eth_getBalance: quantity,
  eth_estimateGas: quantity,
  eth_maxPriorityFeePerGas: quantity,
  eth_getCode: data,
  eth_call: data,
  eth_sendRawTransaction: hash,
  eth_getLogs: z.array(log).max(100_000),
  eth_getBlockByNumber: block.nullable(),
  eth_getTransactionReceipt: receipt.nullable(),
  eth_getTransactionByHash: z.looseObject({ hash, nonce: smallQuantity }).nullable()
}

const envelope = z.looseObject({
  result: z.unknown().optional(),
  error: z
    .looseObject({ code: z.number().int(), message: z.string().max(65_536), data: z.unknown().optional() })
    .optional()
})

export type RpcAnswer =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data: unknown }
  | { readonly kind: 'not-rpc' }

/** What a body says in answer to `method`, or that it is no answer of a chain's endpoint. */
export function parseRpcAnswer(method: string, body: string): RpcAnswer {
  const parsed = envelope.safeParse(parseJson(body))
  if (!parsed.success) return { kind: 'not-rpc' }
  const { error, result } = parsed.data
  if (error !== undefined) return { kind: 'error', code: error.code, message: error.message, data: error.data }
  if (result === undefined) return { kind: 'not-rpc' }
  const schema = answers[method]
  if (schema !== undefined && !schema.safeParse(result).success) return { kind: 'not-rpc' }
  return { kind: 'result', result }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
