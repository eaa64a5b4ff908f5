import { z } from 'zod'
import { isBaseError } from '../errors/index.ts'
import { displayNameSchema } from '../facts/inventory/index.ts'
import { bytes, type MemoryLimit, type Millis, millis, parseDuration, parseMemoryLimit } from '../units.ts'

/** Text that a parser of units.ts understands, turned into what it gives. */
function unit<T>(parse: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return parse(text)
    } catch (error) {
      if (!isBaseError(error)) throw error
      context.addIssue({ code: 'custom', message: `${error.message} ${error.advice}` })
      return z.NEVER
    }
  })
}

const wholeNumber = z.union([z.number(), z.string().regex(/^\d+$/, 'Expected a whole number.').transform(Number)])
const port = wholeNumber.pipe(z.number().int().min(0).max(65535))
const toggle = z.union([z.boolean(), z.enum(['true', 'false', '1', '0']).transform((text) => /^(true|1)$/.test(text))])
/** A list, or text with commas, as environment variables have it. */
const list = (item: z.ZodString) =>
  z
    .union([
      z.array(z.string()),
      z.string().transform((text) =>
        text
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      )
    ])
    .pipe(z.array(item).max(64))

const memoryLimit = z.union([
  z
    .number()
    .int()
    .min(0)
    .transform((value): MemoryLimit => ({ bytes: bytes(value) })),
  unit(parseMemoryLimit)
])
/** Longest time a timer takes; one that is set for longer fires at once. 24.8 days. */
const maxTimerMs = 2 ** 31 - 1
const duration = z
  .union([z.number().int(), unit(parseDuration)])
  .pipe(z.number().min(0).max(maxTimerMs))
  .transform((value): Millis => millis(value))
const filePath = z.string().min(1).max(4096)

/**
 * Every setting, its bounds and its default. Text is accepted wherever a number, a toggle or a list
 * is, since environment variables have nothing else; unknown keys are refused by name.
 */
export const configSchema = z.strictObject({
  /** How this machine is called to others; null for its host name. */
  name: displayNameSchema.nullable().default(null),
  gateway: z
    .strictObject({
      host: z.string().min(1).max(255).default('127.0.0.1'),
      port: port.default(7777),
      /** File with the SHA-256 of each API key, one a line; needed beyond loopback. */
      apiKeysFile: filePath.nullable().default(null),
      /** Origins of web pages that may call the gateway, beside loopback's own. */
      allowedOrigins: list(z.string().min(1).max(255)).default([]),
      /** Names by which clients call the gateway, beside loopback's, its own address and, beyond loopback, the host name. */
      allowedHosts: list(z.string().min(1).max(255)).default([])
    })
    .prefault({}),
  p2p: z
    .strictObject({
      /** TCP port for peers on all interfaces; 0 for any free one. */
      port: port.default(7778),
      mdns: toggle.default(true),
      /** IP addresses to listen on in place of all interfaces; empty for all. */
      addresses: list(z.string().min(1).max(256)).default([]),
      /** How leased memory is reached: TLS where peers reach each other directly, else a libp2p stream; the others force one. */
      tunnel: z.enum(['auto', 'tls', 'libp2p']).default('auto')
    })
    .prefault({}),
  /** No peers at all: the gateway and this machine only. */
  offline: toggle.default(false),
  /** What this daemon may use of each device, in all. A tenth stays for the rest of the machine. */
  memory: memoryLimit.default({ fraction: 0.9 }),
  /** How much of that peers may have. Half: who pairs a machine wants it used, and who sits at it still works. */
  lendMemory: memoryLimit.default({ fraction: 0.5 }),
  models: z
    .strictObject({
      /** Tokens; null for the trained context, at most `defaultContextSize`. */
      contextSize: wholeNumber
        .pipe(
          z
            .number()
            .int()
            .min(64)
            .max(2 ** 24)
        )
        .nullable()
        .default(null),
      /** Unload a model that nobody asked for so long; 0 for never. */
      idleUnloadMs: duration.default(millis(15 * 60_000)),
      /** Requests that one instance answers at once. */
      parallel: wholeNumber.pipe(z.number().int().min(1).max(64)).default(4),
      /** Models to load at start. */
      preload: list(z.string().min(1).max(1024)).default([])
    })
    .prefault({}),
  engine: z
    .strictObject({
      /** Folder with llama-server and ggml-rpc-server; null to resolve. */
      path: filePath.nullable().default(null),
      /**
       * Threads that compute on a CPU; null for the engine's choice, and on a lent CPU for one less than there are, at
       * least one. The engine's threads spin while they wait: where there are more of them than cores, as with
       * several daemons on one machine, speed falls to a thirtieth.
       */
      threads: wholeNumber.pipe(z.number().int().min(1).max(1024)).nullable().default(null)
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info')
    })
    .prefault({})
})

// A branded number is an object to the compiler, and must stay a number.
type DeepReadonly<T> = T extends string | number | boolean | null
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

/** The daemon's settings, parsed once and frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>

/** Context where neither the user nor a small model says otherwise; KV memory grows with it. */
const defaultContextSize = 8192

/** The context a model is loaded with: what was asked for, at most what it was trained on. */
export function chooseContextSize(asked: number | null, trained: number): number {
  return Math.min(asked ?? defaultContextSize, trained)
}
