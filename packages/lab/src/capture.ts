import { startLineProgram } from './line-program.ts'
import { nativeProgram } from './native.ts'
import type { Capture } from './types.ts'

/** Record the bridge of the namespace that `enterBridge` enters. */
export async function startCapture(enterBridge: readonly string[], file: string): Promise<Capture> {
  const program = await startLineProgram([...enterBridge, await nativeProgram('capture'), 'br0', file])
  return {
    file,
    stop: async () => {
      await program.stop()
      const lost = /lost (\d+)/.exec(program.output())?.[1]
      if (lost !== '0') throw new Error(`The capture is not whole: ${program.output()}`)
    }
  }
}
