import { BaseError } from './errors/index.ts'

declare const unit: unique symbol
type Branded<T, U extends string> = T & { readonly [unit]: U }

/** A count of bytes: a safe non-negative integer. */
export type Bytes = Branded<number, 'bytes'>
/** A span or point in time in milliseconds. */
export type Millis = Branded<number, 'millis'>

export const bytes = (value: number): Bytes => value as Bytes
export const millis = (value: number): Millis => value as Millis

export const KiB = 1024
export const MiB = 1024 ** 2
export const GiB = 1024 ** 3

/** Either a fixed number of bytes or a fraction (0 to 1) of what a device has. */
export type MemoryLimit = { readonly bytes: Bytes } | { readonly fraction: number }

const scale: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: KiB,
  kb: 1e3,
  kib: KiB,
  m: MiB,
  mb: 1e6,
  mib: MiB,
  g: GiB,
  gb: 1e9,
  gib: GiB,
  t: 1024 * GiB,
  tb: 1e12,
  tib: 1024 * GiB
}

/**
 * Parse `12GiB`, `512MB`, `1.5g` or a plain number of bytes.
 * @throws BaseError CONFIG_INVALID
 * @internal For its test.
 */
export function parseBytes(text: string): Bytes {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text)
  const factor = match === null ? undefined : scale[(match[2] ?? '').toLowerCase()]
  const value = match === null || factor === undefined ? Number.NaN : Math.round(Number(match[1]) * factor)
  if (!Number.isSafeInteger(value)) {
    throw new BaseError('CONFIG_INVALID', `"${text}" is not an amount of memory.`, {
      advice: 'Write an amount like 12GiB or 512MiB. A limit can also be a percentage, like 80%.'
    })
  }
  return bytes(value)
}

/**
 * Parse `12GiB` or `80%`.
 * @throws BaseError CONFIG_INVALID
 */
export function parseMemoryLimit(text: string): MemoryLimit {
  const percent = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text)
  if (percent === null) return { bytes: parseBytes(text) }
  const fraction = Number(percent[1]) / 100
  if (fraction > 1) {
    throw new BaseError('CONFIG_INVALID', `"${text}" is more than 100%.`, {
      advice: 'Write at most 100%.'
    })
  }
  return { fraction }
}

/** What `limit` allows of a device that has `totalBytes`, rounded down, never more than there is. */
export function applyMemoryLimit(limit: MemoryLimit, totalBytes: number): Bytes {
  const allowed = 'bytes' in limit ? limit.bytes : Math.floor(limit.fraction * totalBytes)
  return bytes(Math.min(allowed, totalBytes))
}

/** `1536 MiB` below 10 GiB reads better as MiB; one decimal above. */
export function formatBytes(value: number): string {
  if (value < KiB) return `${value} B`
  const steps = [
    [1024 * GiB, 'TiB'],
    [GiB, 'GiB'],
    [MiB, 'MiB'],
    [KiB, 'KiB']
  ] as const
  for (const [size, name] of steps) {
    if (value >= size) return `${(value / size).toFixed(value / size >= 100 ? 0 : 1)} ${name}`
  }
  return `${value} B`
}

const spans: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }

/**
 * Parse `500ms`, `30s`, `10m`, `2h`, `1d`.
 * @throws BaseError CONFIG_INVALID
 */
export function parseDuration(text: string): Millis {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/i.exec(text)
  const factor = match === null ? undefined : spans[(match[2] ?? '').toLowerCase()]
  const value = match === null || factor === undefined ? Number.NaN : Math.round(Number(match[1]) * factor)
  if (!Number.isSafeInteger(value)) {
    throw new BaseError('CONFIG_INVALID', `"${text}" is not a duration.`, { advice: 'Write it like 30s, 10m or 2h.' })
  }
  return millis(value)
}

/** USDC in its own smallest unit, 10^-6 USDC: what moves on a chain. */
export type MicroUsdc = Branded<bigint, 'micro-usdc'>
/** 10^-12 USDC: what a token costs. $0.40 per million tokens is 400,000 pico-USDC a token. */
export type PicoUsdc = Branded<bigint, 'pico-usdc'>

export const microUsdc = (value: bigint): MicroUsdc => value as MicroUsdc
export const picoUsdc = (value: bigint): PicoUsdc => value as PicoUsdc

const picoPerMicro = 1_000_000n

/** What a voucher may ask for `amount`: never more than was charged. */
export const toMicroRoundedDown = (amount: PicoUsdc): MicroUsdc => microUsdc(amount / picoPerMicro)
/** What must be set aside for `amount`: never less than may be charged. */
export const toMicroRoundedUp = (amount: PicoUsdc): MicroUsdc => microUsdc((amount + picoPerMicro - 1n) / picoPerMicro)
export const toPico = (amount: MicroUsdc): PicoUsdc => picoUsdc(amount * picoPerMicro)
