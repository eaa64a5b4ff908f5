import { once } from 'node:events'
import { createStream } from 'rotating-file-stream'
import { createLog, type Log, type LogLevel } from './log.ts'

/** Size at which a log file is rotated, and how many old ones are kept. */
const rotation = { size: '10M', maxFiles: 5 } as const

export interface DaemonLog {
  readonly log: Log
  /** Writes what is left and closes the file. Idempotent. */
  close(): Promise<void>
}

/** The daemon's own log, rotated: `daemon.log` in `folder`, which must exist. */
export function openDaemonLog(folder: string, level: LogLevel): DaemonLog {
  const stream = createStream('daemon.log', { path: folder, mode: 0o600, ...rotation })
  // A full disk must not end the daemon: what cannot be logged is lost, and said once on stderr.
  stream.once('error', (error) => process.stderr.write(`the log cannot be written: ${error.message}\n`))
  stream.on('error', () => {})
  return {
    log: createLog({ write: (line) => void stream.write(line) }, level),
    async close() {
      if (stream.destroyed || stream.writableFinished) return
      const finished = Promise.race([once(stream, 'finish'), once(stream, 'close')])
      stream.end()
      await finished
    }
  }
}
