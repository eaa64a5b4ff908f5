import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createStream } from 'rotating-file-stream'
import type { Clock } from '../base/index.ts'
import type { Log } from '../log/index.ts'

/** Lines kept in memory to tell why a process ended. */
const keptLines = 60
const maxLineChars = 600

export interface ProcessLogOptions {
  readonly folder: string
  /** File name without `.log`; one living process per name. */
  readonly name: string
  /** A file is rotated at this size; three rotated ones are kept. Default 4 MiB. */
  readonly rotateBytes?: number
  readonly clock: Clock
  readonly log: Log
}

/** A process's output: the whole of it in rotated files, the last lines in memory. */
export interface ProcessLog {
  readonly file: string
  /** When the process last said something, as `clock.elapsed()`. */
  readonly lastOutputAt: number
  attach(stream: Readable): void
  /** A line of ours, with the time. */
  note(line: string): void
  lines(): readonly string[]
  close(): Promise<void>
}

export function openProcessLog(options: ProcessLogOptions): ProcessLog {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const file = join(options.folder, `${options.name}.log`)
  const destination = createStream(`${options.name}.log`, {
    path: options.folder,
    size: `${options.rotateBytes ?? 4 * 1024 * 1024}B`,
    rotate: 3,
    mode: 0o600
  })
  // A full disk must cost log lines, not the model that is being served.
  let broken = false
  destination.on('error', (error) => {
    if (!broken) options.log.warn({ file, error: error.message }, 'the engine log cannot be written')
    broken = true
  })
  let tail: string[] = []
  let rest = ''
  let lastOutputAt = options.clock.elapsed()

  const take = (text: string): void => {
    lastOutputAt = options.clock.elapsed()
    const parts = (rest + text).split('\n')
    rest = (parts.pop() ?? '').slice(0, maxLineChars)
    tail = [...tail, ...parts.filter((line) => line.trim() !== '').map((line) => line.slice(0, maxLineChars))]
    if (tail.length > keptLines) tail = tail.slice(-keptLines)
  }
  return {
    file,
    get lastOutputAt() {
      return lastOutputAt
    },
    attach: (stream) => {
      stream.on('data', (chunk: Buffer) => {
        take(chunk.toString('utf8'))
        if (!broken) destination.write(chunk)
      })
    },
    note: (line) => {
      if (!broken) destination.write(`--- ${new Date(options.clock.now()).toISOString()} ${line}\n`)
    },
    lines: () => (rest.trim() === '' ? tail : [...tail, rest]),
    close: () =>
      new Promise((resolve) => {
        if (broken || destination.closed) return resolve()
        destination.once('error', () => resolve())
        destination.end(() => resolve())
      })
  }
}

/** `0.00.014.035 E llama_model_load: ` before the text itself. */
const enginePrefix = /^\d+\.\d+\.\d+\.\d+\s+[A-Z]\s+/
/** Lines that only repeat that something failed. */
const generic =
  /exiting due to|failed to load model|error loading model: *$|cleaning up|common_init_|Client connection|Unable to attach|No stack/i
const complaint =
  /error|fail|abort|assert|unable|cannot|could not|couldn't|invalid|unknown|corrupt|unsupported|out of memory/i

/** The line that best says why a process ended: the first specific complaint, else any complaint, else the last line. */
export function meaningfulLine(lines: readonly string[]): string | null {
  const complaints = lines.filter((line) => complaint.test(line) && !/^\d[\d.]*\s+[IWDT]\s/.test(line))
  const line = complaints.find((each) => !generic.test(each)) ?? complaints[0] ?? lines.at(-1)
  if (line === undefined) return null
  return (
    line
      .replace(enginePrefix, '')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: output of a program goes to a terminal
      .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 300)
  )
}
