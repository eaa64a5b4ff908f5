import pc from 'picocolors'

export type Colours = ReturnType<typeof pc.createColors>

/** Where a command prints. In JSON mode only JSON documents and events reach stdout, and stderr stays empty. */
export interface Output {
  readonly json: boolean
  /** Whether stdout is a terminal that understands ANSI and a person reads (never in JSON mode). */
  readonly live: boolean
  readonly colours: Colours
  /** For what goes to stderr. */
  readonly errorColours: Colours
  columns(): number
  /** Width to which text on stderr is wrapped; Infinity where it is no terminal. */
  errorColumns(): number
  rows(): number
  /** The command's outcome: the document in JSON mode, the text for people. Once per command. */
  result(document: unknown, text: () => string): void
  /** One JSON event line; JSON mode only. */
  event(document: unknown): void
  /** A line for people on stdout. */
  line(text?: string): void
  /** Raw text for people on stdout: streamed answers, live regions. */
  write(text: string): void
  /** A line for people on stderr: progress and hints that are not the outcome. */
  note(text: string): void
  /** Whether stderr is a terminal that progress can be drawn on. */
  readonly progressIsLive: boolean
  /** Raw text on stderr, only where it is a terminal: progress bars. */
  progress(text: string): void
  /** @returns a function that removes the listener. */
  onResize(listener: () => void): () => void
}

export interface OutputOptions {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly environment: NodeJS.ProcessEnv
  readonly json: boolean
}

const defaultColumns = 80
const defaultRows = 24

export function createOutput({ stdout, stderr, environment, json }: OutputOptions): Output {
  const capable = environment.TERM !== 'dumb'
  const live = !json && stdout.isTTY === true && capable
  // https://no-color.org: present and not empty, whatever the value.
  const wanted = capable && (environment.NO_COLOR ?? '') === ''
  const progressIsLive = !json && stderr.isTTY === true && capable
  const person = (text: string): void => {
    if (!json) stdout.write(text)
  }
  return {
    json,
    live,
    colours: pc.createColors(live && wanted),
    errorColours: pc.createColors(stderr.isTTY === true && wanted),
    progressIsLive,
    columns: () => known(stdout.columns, defaultColumns),
    errorColumns: () => (stderr.isTTY === true ? known(stderr.columns, defaultColumns) : Number.POSITIVE_INFINITY),
    rows: () => known(stdout.rows, defaultRows),
    result(document, text) {
      stdout.write(json ? `${JSON.stringify(document)}\n` : `${text()}\n`)
    },
    event(document) {
      if (json) stdout.write(`${JSON.stringify(document)}\n`)
    },
    line: (text = '') => person(`${text}\n`),
    write: person,
    note(text) {
      if (!json) stderr.write(`${text}\n`)
    },
    progress(text) {
      if (progressIsLive) stderr.write(text)
    },
    onResize(listener) {
      stdout.on('resize', listener)
      return () => stdout.off('resize', listener)
    }
  }
}

/** A terminal whose size was never set says 0. */
function known(size: number | undefined, fallback: number): number {
  return size === undefined || size === 0 ? fallback : size
}
