import type { ChildProcess } from 'node:child_process'
import { cliProgram } from './host.ts'
import type { Host } from './types.ts'

/** A person at a host's terminal: an `unhosted` command on a pseudo-terminal made by script(1). */
export class Terminal {
  readonly #child: ChildProcess
  #text = ''
  #onText: (() => void) | null = null

  private constructor(child: ChildProcess) {
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text
        this.#onText?.()
      })
    child.once('exit', () => this.#onText?.())
  }

  static open(host: Host, args: readonly string[]): Terminal {
    const command = [process.execPath, cliProgram, ...args, '--home', host.home].map(quote).join(' ')
    return new Terminal(host.spawn(['script', '--quiet', '--flush', '--return', '--command', command, '/dev/null']))
  }

  /** Resolves with the match once the screen shows it. @throws Error when time is up or the command ends before */
  async see(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpExecArray> {
    const late = AbortSignal.timeout(timeoutMs)
    for (;;) {
      const match = pattern.exec(this.screen)
      if (match !== null) return match
      if (late.aborted || this.#ended) throw new Error(`The terminal never showed ${pattern}:\n${this.screen}`)
      await new Promise<void>((resolve) => {
        this.#onText = resolve
        late.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  type(text: string): void {
    this.#child.stdin?.write(text)
  }

  /** Exit code of the command. */
  async end(timeoutMs = 20_000): Promise<number> {
    const late = AbortSignal.timeout(timeoutMs)
    while (!this.#ended) {
      if (late.aborted) throw new Error(`The command did not end:\n${this.screen}`)
      await new Promise<void>((resolve) => {
        this.#onText = resolve
        late.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    return this.#child.exitCode ?? -1
  }

  /** All it showed, without escape sequences. */
  get screen(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    return this.#text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
