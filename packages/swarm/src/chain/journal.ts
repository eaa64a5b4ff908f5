import { join } from 'node:path'
import { withFileLock } from '@unhosted/node/base'
import { readJsonFile } from '@unhosted/node/store'
import { z } from 'zod'
import type { Address } from '../deal/index.ts'
import { BaseError } from '../errors/index.ts'
import { writeDurableJson } from './durable-file.ts'
import { createSerial } from './serial.ts'

// What an account has signed, written before it is sent. A transaction that is in the journal is found again after a
// crash by its hash; one that is not was never sent.

/** Finished ones that can still be sent again, should a reorg undo them. */
const maxFinished = 32
/** Older ones: only what it takes to find them by name. */
const maxRemembered = 256
const maxUnfinished = 256
export const maxOperationLength = 150

const hash = z.custom<`0x${string}`>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value))
const address = z.custom<`0x${string}`>((value) => typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value))
const data = z.custom<`0x${string}`>(
  (value) => typeof value === 'string' && value.length < 1_048_576 && /^0x(?:[0-9a-f]{2})*$/.test(value)
)
const amount = z.codec(z.string().regex(/^(0|[1-9]\d{0,77})$/), z.bigint(), { decode: BigInt, encode: String })

const attempt = z.strictObject({ hash, raw: data, maxFeePerGas: amount, maxPriorityFeePerGas: amount })
const intent = z.strictObject({
  operation: z.string().min(1).max(maxOperationLength),
  what: z.string().max(200),
  to: address,
  /** Empty once it is only remembered, as `raw` below. */
  data,
  dataHash: hash,
  value: amount,
  nonce: z.int().min(0),
  gas: amount,
  /** The first, then its replacements: same nonce, higher fees. At most one of them is ever mined. */
  attempts: z.array(attempt).min(1).max(64),
  finished: z.boolean()
})
const file = z.strictObject({
  version: z.literal(1),
  intents: z.array(intent).max(maxFinished + maxRemembered + maxUnfinished)
})

export type Attempt = z.output<typeof attempt>
/** A transaction of ours: signed, perhaps sent, perhaps mined. */
export type Intent = z.output<typeof intent>

export interface Journal {
  /** Alone on this account, over all processes of this home: `work` may read, sign and write. */
  alone<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
  read(): Promise<readonly Intent[]>
  /** On disk, power cut or not, when this returns. Only under `alone`. Replaces one of the same operation. */
  put(intent: Intent): Promise<void>
  /** Only under `alone`: what was signed can never be mined any more. */
  drop(operation: string): Promise<void>
}

/** @param folder must exist; one file for each chain and account is kept in it */
export function openJournal(folder: string, chainId: number, account: Address): Journal {
  const path = join(folder, `transactions-${chainId}-${account.toLowerCase()}.json`)
  const serial = createSerial()
  const read = async (): Promise<readonly Intent[]> =>
    (await readJsonFile(path, file, { version: 1, intents: [] })).intents
  const write = (intents: readonly Intent[]): Promise<void> => {
    const finished = intents.filter((each) => each.finished)
    const remembered = finished.slice(-maxFinished - maxRemembered, -maxFinished).map(withoutData)
    const open = intents.filter((each) => !each.finished)
    const kept = [...remembered, ...finished.slice(-maxFinished), ...open]
    return writeDurableJson(path, z.encode(file, { version: 1, intents: kept }))
  }
  return {
    alone: (signal, work) => serial(() => withFileLock({ path: `${path}.lock`, brief: true }, signal, work)),
    read,
    async put(changed) {
      const others = (await read()).filter((each) => each.operation !== changed.operation)
      if (!changed.finished && others.filter((each) => !each.finished).length >= maxUnfinished) throw full(account)
      await write([...others, changed])
    },
    async drop(operation) {
      await write((await read()).filter((each) => each.operation !== operation))
    }
  }
}

const withoutData = (intent: Intent): Intent => ({
  ...intent,
  data: '0x',
  attempts: intent.attempts.map((each) => ({ ...each, raw: '0x' }))
})

function full(account: Address): BaseError {
  return new BaseError('TX_PENDING', `${maxUnfinished} transactions of ${account} wait for the chain.`, {
    advice: 'Wait until some are confirmed. Nothing was sent.'
  })
}
