import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Relay {
  readonly port: number
  /** Bytes that went to the port behind it so far. */
  bytesSent(): Promise<number>
  stop(): Promise<void>
}

/** A plain TCP relay to a loopback port, in a process of its own, as each of a tunnel's two ends is. */
export async function startRelay(port: number): Promise<Relay> {
  const program = import.meta.filename.replace(/relay(\.\w+)$/, 'relay-main$1')
  const child = spawn(process.execPath, [program, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const line = async (): Promise<string> => String((await once(child.stdout, 'data'))[0])
  return {
    port: Number(await line()),
    bytesSent: async () => {
      child.stdin.write('\n')
      return Number((await line()).split(' ')[0])
    },
    stop: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
  }
}
